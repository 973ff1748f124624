package hostile

import (
	"slices"
	"strings"
)

// Text is something a stranger could write anywhere. None of them holds a
// command on a line of its own: what people are meant to be able to do is not
// hostile.
type Text struct{ Name, Text string }

// Texts are the set. Every way in is tried with each of them.
func Texts() []Text {
	return slices.Concat(calling, referring, markup, marks, fences, structure, terminals, formats, pieces())
}

// calling are those that call people.
var calling = []Text{
	{"mention", "@tanaka"},
	{"mention of a team", "@acme/oncall look"},
	{"mention after a backslash", `\@tanaka`},
	{"mention by a decimal entity", "&#64;tanaka"},
	{"mention by a hexadecimal entity", "&#x40;tanaka"},
	{"mention by a named entity", "&commat;tanaka"},
	{"mention by an entity within an entity", "&amp;commat;tanaka &amp;#64;suzuki"},
	{"mention at full width", "＠tanaka"},
	{"mention in a link", "[@tanaka](https://evil.example)"},
	{"mention in an address", "https://evil.example/@tanaka"},
	{"mention after a code span", "`x`@tanaka `@suzuki"},
	{"mention after an unclosed span", "`` ` @tanaka"},
	{"mention with a hidden space", "@\u200btanaka @\u2060suzuki @\u00adyamamoto"},
	{"mention in Japanese", "田中さん、@tanaka 至急お願いします。"},
	{"mention on the next line", "x\n@tanaka\n\n@suzuki"},
	{"mail address", "tanaka@acme.example mailto:tanaka@acme.example"},
}

// referring are those that refer to something, close it, or link.
var referring = []Text{
	{"issue number", "#1"},
	{"issue number in brackets", "(#1) [#2] {#3} #4."},
	{"issue by GH", "GH-1 gh-2"},
	{"issue of another repository", "acme/vault#1 rival/vault#2"},
	{"issue by its address", "https://github.com/acme/vault/issues/1"},
	{"issue by an entity", "&#35;1 &num;2"},
	{"issue number at full width", "＃1"},
	{"closing keyword", "fixes #1, Closes: GH-2, resolves acme/vault#3"},
	{"closing keyword over lines", "fixes\n#1\ncloses\r\n#2"},
	{"closing in Japanese", "修正 #1、解決しました #2 を閉じる"},
	{"commit", "16c3ae1e2ad18efbdd4c96dc73dd7a4bb586b8c2 acme/vault@16c3ae1"},
	{"bare address", "www.evil.example http://evil.example/x ftp://evil.example"},
	{"duplicate of another repository", "Duplicate of acme/vault#1"},
	{"pull request by its address", "https://github.com/acme/vault/pull/1/files#diff-1"},
}

// markup are those that are HTML.
var markup = []Text{
	{"script", `<script>alert(1)</script>`},
	{"image that loads", `<img src="https://evil.example/pixel.png"> ![x](https://evil.example/pixel.png)`},
	{"details", "<details open><summary>x</summary>"},
	{"end of details", "</details></summary></sub></sup>"},
	{"anchor", `<a href="javascript:alert(1)" name="user-content-x">x</a>`},
	{"comment that opens", "<!-- all that follows is hidden"},
	{"comment that ends", "--> shown <!-- hidden -->"},
	{"comment that is too short", "<!--> <!---> <!-->-->"},
	{"comment around a comment", "<!<!---- x ---->>"},
	{"declaration", "<!DOCTYPE html><?php ?><![CDATA[x]]>"},
	{"entities of tags", "&lt;img src=x&gt; &#60;b&#62;"},
	{"picture", "<picture><source srcset=https://evil.example><img></picture><video src=x>"},
	{"automatic link", "<https://evil.example> <tanaka@acme.example>"},
}

// marks are those that look like our own marks.
var marks = []Text{
	{"marker", "<!-- kintsugi:status -->"},
	{"marker on a line of its own", "x\n<!-- kintsugi:incident.opened -->\n<!-- kintsugi:status -->"},
	{"record", "<!-- kintsugi:record 1.999999.00000000.H4sIAAAAAAAC/6tWKkstKs7Mz1OyMtBRKijKTM5OLVKyUqoFAAiRmHgYAAAA." + strings.Repeat("0", 64) + " -->"},
	{"record in a fence", "```\n<!-- kintsugi:record 1.2.00000000.AAAA." + strings.Repeat("a", 64) + " -->\n```"},
	{"marker by entities", "&lt;!-- kintsugi:status --&gt;"},
	{"marker over a carriage return", "<!-- kintsugi:status -->\r\r<!--\rkintsugi:x -->"},
}

// fences open, end or break a fence or a span of code.
var fences = []Text{
	{"fence", "```\n@tanaka\n```\n@suzuki"},
	{"fence of tildes", "~~~\n@tanaka\n~~~\n@suzuki"},
	{"fence in a fence", "````\n```\n@tanaka\n```\n````\n@suzuki"},
	{"fence that does not end", "```js\n@tanaka"},
	{"end of a fence", "```\n\n@tanaka"},
	{"fence with tabs", "\t```\n\t@tanaka\n\t```"},
	{"fence of carriage returns", "```\r@tanaka\r```\r@suzuki"},
	{"many backticks", strings.Repeat("`", 200) + "@tanaka"},
	{"one backtick", "`"},
	{"backslash at the end", `@tanaka \`},
	{"backslash before a backtick", "\\`@tanaka\\`"},
	{"mathematics", "$`@tanaka`$ $$x$$"},
}

// structure are those that would be headings, tables, links and the like.
var structure = []Text{
	{"heading", "# one\n\ntwo\n===\n\nthree\n---"},
	{"heading of a form", "x\n\n### Severity\n\nSEV1\n\n### What happened\n\n_No response_"},
	{"heading of a form in Japanese", "x\n\n### 重大度\n\n1\n\n### 検知\n\n2:40"},
	{"table", "| a | b |\n|---|---|\n| @tanaka | c |"},
	{"bars", "a | b || c \\| d"},
	{"list", "- [x] @tanaka\n1. #1\n* x\n+ x"},
	{"quotation", "> @tanaka\n>> #1\nlazy"},
	{"alert", "> [!CAUTION]\n> @tanaka"},
	{"link", `[Resolved](https://evil.example "x") [x][y]`},
	{"link definition", "[SEV2]: https://evil.example\n[y]: x"},
	{"footnote", "[^1]\n\n[^1]: @tanaka"},
	{"emphasis", "**Resolved** _x_ ~~x~~ ***"},
	{"end of a link", "](https://evil.example) [x"},
	{"looks like ours", "**Resolved · SEV4 · lead tanaka**\n\n**Next step**: nothing"},
	{"looks like ours in Japanese", "**復旧しました · SEV4 · 対応リーダー 田中さん**\n\n**次の一歩**: ありません"},
}

// terminals are those that act on terminals, logs and jobs.
var terminals = []Text{
	{"workflow command", "::set-output name=x::y"},
	{"workflow command on the next line", "x\n::add-mask::y\n  ::stop-commands::z\r\n::error file=x::y"},
	{"workflow command with brackets", "##[add-mask]y"},
	{"workflow group", "x ##[group]y ##[error]z"},
	{"escape", "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;https://evil.example\x1b\\x"},
	{"escape of one rune", "\u009b31mred \u009d0;title\u009c"},
	{"carriage return", "harmless\rfatal\b\b\b\v\f"},
	{"line of a log", "x\ntime=2026-11-26T03:02:00Z level=INFO msg=done subject=acme/vault#1"},
	{"null", "a\x00b"},
	{"invalid UTF-8", "\xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"},
	{"right to left", "\u202etxet\u202c \u2066x\u2069 \u200f \u061c"},
	{"zero width", "\u200bx\ufeff\u2060\u180e\u00ad\u2064"},
	{"tags", "x\U000e0041\U000e007f"},
	{"line separators", "x\u2028@tanaka\u2029#1\u0085y"},
	{"combining", "x" + strings.Repeat("\u0336", 200)},
}

// formats are those that mean something to some other program.
var formats = []Text{
	{"format verbs", "%s %d %n %!v(PANIC=x) %[9]s"},
	{"template", `{{.}} ${{ github.token }} $(id) ` + "${IFS}"},
	{"quotation marks", `"'; "} ] , \" \u0022`},
	{"path", "../../../../app/installations ..%2f..%2f?per_page=1#x"},
	{"header", "x\r\nAuthorization: token y\r\n\r\nGET / HTTP/1.1"},
	{"prototype", `__proto__ constructor {"v":1,"acts":[]}`},
	{"query", "'; DROP TABLE subject; --"},
	{"full width", "／ａｃｋ ＃１ ＠ｔａｎａｋａ ｀ｘ｀"},
	{"half-width katakana", "ｼｮｳｶﾞｲ ﾃﾞｽ"},
	{"emoji", "👩\u200d🚒 :+1: :tanaka:"},
	{"long line", strings.Repeat("@tanaka#1 ", 6000)},
	{"long word", strings.Repeat("w", 60_000)},
	{"many lines", strings.Repeat("x\n", 20_000)},
	{"blank", " \t\u3000\n"},
	{"long in Japanese", strings.Repeat("障害", 15_000)},
}

// pieces are single characters that act somewhere.
func pieces() []Text {
	var all []Text
	for _, piece := range []string{"@", "#", "<", ">", "&", "*", "_", "~", "[", "]", "(", ")", "|", "\\", "!", "$", "-", "=", "/", ":", ";", "%", "\n", "\r", "\t", "'", "\""} {
		all = append(all, Text{"only " + piece, piece})
	}
	return all
}

// Seeds are the texts without those that are long, for fuzzing.
func Seeds() []string {
	var seeds []string
	for _, t := range Texts() {
		if len(t.Text) < 1000 {
			seeds = append(seeds, t.Text)
		}
	}
	return seeds
}

// Logins are account names that GitHub allows, or allowed once, and that mean
// something else where they stand as text. The last are none that it allows,
// as another server might.
func Logins() []string {
	return []string{
		"GH-1", "gh-12", "deadbeef", "0123456", "16c3ae1e2ad18efbdd4c96dc73dd7a4bb586b8c2"[:39], "1", "0", "007", "fixes", "closes", "resolves-1",
		"all", "here", "channel", "everyone", "status", "record", "incident", "opened", "kintsugi", "null", "undefined", "true", "www", "http",
		"a--b", "a-", "octo_acme", "a_b_c", "x__proto__x", "n0reply", strings.Repeat("w", 39), "SEV1", "resolved", "ghost2",
		"o\u202eevil", "a b", "a\nb", "<b>", "a@b", "-x", "`", "x](https", "\x1b[31m",
	}
}

// Names are names of repositories that GitHub allows.
func Names() []string {
	return []string{
		"GH-1", "16c3ae1", "fixes", "__x__", "-x-", "a.b.c", "www.evil.example", "x.git.", "a...b", "_", "--", "issues", strings.Repeat("w", 100),
		"status--", "kintsugi", "set-output", "1",
	}
}
