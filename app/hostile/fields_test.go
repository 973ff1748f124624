package hostile_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// elsewhere are the fields that no ingress brings a text to, with the test that
// does, or why no stranger can write there.
var elsewhere = map[string]string{
	"User.Login":                 "GitHub's alphabet: TestNamesOfAccounts",
	"Issue.Assignees":            "logins, whose alphabet is GitHub's: TestNamesOfAccounts",
	"Subject.Repo":               "GitHub's alphabet: TestNamesOfRepositories",
	"Issue.Reason":               "an enum of GitHub's",
	"Issue.URL":                  "GitHub's own, made of the repository's name and a number",
	"Event.Kind":                 "an enum of GitHub's",
	"Event.Reason":               "an enum of GitHub's",
	"Answer.Unknown":             "the adapter's own words, which no rule repeats: app/githubapp/answers.go",
	"Answer.Hidden":              "the engine's own words, which no rule repeats: app/engine/audience.go",
	"Commit.Files":               "paths, of which those that a postmortem names are shown as code: TestTouched",
	"Answer.Lacks":               "the adapter's own word for a permission of GitHub's: app/githubapp/release.go",
	"Answer.Members":             "logins, which no rule repeats: who is called is the team: TestNamesThatAreCalled",
	"Pull.Head":                  "a commit's name",
	"Pull.Branch":                "a branch's name, which no rule repeats",
	"Pull.HeadRepo":              "GitHub's alphabet, and no rule repeats it",
	"Pull.Base":                  "a branch's name, which no rule repeats",
	"Review.State":               "an enum of GitHub's",
	"Review.Commit":              "a commit's name",
	"Made.Apart":                 "GitHub's words on a sub-issue, in code: TestFollowUpsApart",
	"Made.Hash":                  "a fingerprint of ours",
	"Made.To":                    "a login, to be forgotten: app/engine/apply.go",
	"Link.URL":                   "GitHub's own, made of the repository's name and a number",
	"Change.Kind":                "one of two words of ours",
	"Change.Repo":                "as the settings of services name it: GitHub's alphabet",
	"Change.By":                  "GitHub's alphabet, and no rule repeats it",
	"Branch.Default":             "a branch's name, which no rule repeats",
	"Branch.Tip":                 "a commit's name",
	"Branch.Head":                "a commit's name",
	"Branch.Base":                "a commit's name",
	"Branch.Files":               "names of files, which no rule repeats",
	"BranchPull.Head":            "a commit's name",
	"History.Then":               "the text of a file, of which lines are counted",
	"History.Text":               "the text of a file, of which lines are counted",
	"OwnIssue.Summaries":         "from a record, which nobody else can sign; what an outline reads of an opening: TestFollowUpsApart",
	"Place.Closed":               "one of two words of ours",
	"Place.Now":                  "a repository's name: GitHub's alphabet, and shown as code",
	"Published.Text":             "a fingerprint of ours",
	"Published.Ended":            "from the key of an agenda, and only compared",
	"Deployment.Commit":          "a commit's name",
	"Deployment.State":           "an enum of GitHub's",
	"Deployment.URL":             "to the page of the repository's deployments: app/githubapp/deployed.go",
	"Commit.SHA":                 "a commit's name",
	"Commit.URL":                 "GitHub's own, made of the repository's name and the commit's",
	"Commit.Authors":             "logins, which no rule of an issue repeats",
	"Commit.NoPulls":             "the adapter's own words",
	"CommitPull.URL":             "GitHub's own, made of the repository's name and a number",
	"Waiting.Commit":             "a commit's name",
	"Waiting.Branch":             "a branch's name, which no rule repeats",
	"Waiting.URL":                "GitHub's own, and no rule repeats it",
	"Head.Kind":                  "one of five words of ours",
	"Head.Commit":                "a commit's name",
	"Note.Commit":                "a commit's name",
	"Remark.By":                  "a login: TestNamesOfAccounts",
	"Remark.URL":                 "made of the repository's name and a number: app/githubapp/remarks.go",
	"Note.App":                   "GitHub's alphabet, and no rule repeats it",
	"Note.URL":                   "GitHub's own, and no rule repeats it",
	"File.Problem":               "the adapter's own words",
	"Result.State":               "an enum of GitHub's",
	"Result.URL":                 "in the JSON of the command, and nowhere else",
	"Result.Commit":              "a commit's name",
	"Result.Unknown":             "the adapter's own words, which no rule repeats: app/githubapp/answers.go",
	"Release.URL":                "GitHub's own, and no rule of an issue repeats it",
	"LabelledIssue.Title":        "only compared, with the words of services",
	"LabelledIssue.URL":          "GitHub's own, made of the repository's name and a number",
	"LabelledIssue.Labels":       "only compared",
	"Act.ID":                     "of a comment or an event: a number",
	"Act.Deed":                   "one of four words of ours",
	"Act.By":                     "a login: TestNamesOfAccounts",
	"Act.Version":                "a fingerprint of ours",
	"Act.Commit":                 "a commit's name",
	"header X-GitHub-Event":      "signed nothing: TestHeaders",
	"header X-GitHub-Delivery":   "signed nothing: TestHeaders",
	"header X-Hub-Signature-256": "TestHeaders",
}

// TestEveryFieldIsPlayed fails where a text can come in by a field that no
// ingress covers: a new one of what the rules see, of what a team may set, or
// of what is read from a delivery.
func TestEveryFieldIsPlayed(t *testing.T) {
	covered := map[string]bool{}
	for _, in := range ingresses() {
		for _, c := range in.covers {
			covered[c] = true
		}
	}
	for _, d := range deliveries() {
		covered[d.field] = true
	}
	var all []string
	all = append(all, observed()...)
	all = append(all, decidable(t)...)
	all = append(all, delivered(t)...)
	if len(all) < 30 {
		t.Fatalf("only %d fields were found: %q", len(all), all)
	}
	for _, field := range all {
		if !covered[field] && elsewhere[field] == "" {
			t.Errorf("%s: no ingress brings a text there. Add one (ingress_test.go, delivery_test.go), or say in elsewhere why nobody can write to it", field)
		}
	}
	for _, field := range append(slices.Collect(maps.Keys(elsewhere)), slices.Collect(maps.Keys(covered))...) {
		if !slices.Contains(all, field) && field != "policy." {
			t.Errorf("%s is listed, and is no field any more", field)
		}
	}
}

// observed are the fields of what the rules see that hold text.
func observed() []string {
	var fields []string
	for _, v := range []any{workflows.Subject{}, workflows.User{}, workflows.Issue{}, workflows.Comment{}, workflows.Event{}, workflows.Observation{}, workflows.Answer{}, workflows.Pull{}, workflows.Review{}, workflows.Link{}, workflows.Change{}, workflows.Match{}, workflows.Made{},
		workflows.Branch{}, workflows.BranchPull{}, workflows.History{}, workflows.OwnIssue{}, workflows.Place{},
		workflows.Deployment{}, workflows.Commit{}, workflows.CommitPull{},
		workflows.Waiting{}, workflows.Head{}, workflows.Note{}, workflows.Remark{}, workflows.File{}, workflows.Result{}, workflows.Release{}, workflows.LabelledIssue{}, verdict.Act{},
		readinglist.Published{}, list.Options{}, list.Entry{}, list.Told{}, list.Recommendation{}, list.Reading{}, list.Stale{}, // which are read again from records and files
	} {
		typ := reflect.TypeOf(v)
		for f := range typ.Fields() {
			if holdsText(f.Type) {
				fields = append(fields, typ.Name()+"."+f.Name)
			}
		}
	}
	return fields
}

func holdsText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Slice, reflect.Pointer:
		return holdsText(t.Elem())
	case reflect.Map:
		return holdsText(t.Key()) || holdsText(t.Elem())
	default: // the structs are those above
		return false
	}
}

var knownHere = regexp.MustCompile("Known here: (.*)")

// decidable are the keys that a team may write: those common to all, which the
// reader itself names, and those of each section.
func decidable(t *testing.T) []string {
	var sections []policy.Section
	for _, w := range server.Workflows() {
		if w.Policy.Name != "" {
			sections = append(sections, w.Policy)
		}
	}
	_, problems := policy.Parse("x.yml", []byte("nothing_like_it: 1"), sections)
	if len(problems) != 1 || !knownHere.MatchString(problems[0].Message) {
		t.Fatalf("the keys are not named: %v", problems)
	}
	var keys []string
	for name := range strings.SplitSeq(knownHere.FindStringSubmatch(problems[0].Message)[1], ", ") {
		name = strings.Trim(name, "`")
		i := slices.IndexFunc(sections, func(s policy.Section) bool { return s.Name == name })
		switch {
		case i >= 0:
			keys = append(keys, keysOf("policy."+name, reflect.TypeOf(sections[i].New()).Elem())...)
		case name == "services":
			keys = append(keys, keysOf("policy."+name, reflect.TypeFor[map[string]policy.Service]())...)
		default:
			keys = append(keys, "policy."+name)
		}
	}
	return keys
}

// keysOf are the keys that a type reads; the names that a team gives itself are
// a text of their own.
func keysOf(path string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Map:
		return append([]string{path + " name"}, keysOf(path, t.Elem())...)
	case reflect.Pointer, reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return keysOf(path, t.Elem())
		}
	case reflect.Struct:
		var keys []string
		for f := range t.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
				keys = append(keys, keysOf(path+"."+name, f.Type)...)
			}
		}
		if len(keys) > 0 {
			return keys
		}
	}
	return []string{path}
}

// delivered are the headers that the web route reads and the text that is read
// from a delivery's JSON, by the program's own source.
func delivered(t *testing.T) []string {
	var fields []string
	fset := token.NewFileSet()
	web, err := parser.ParseFile(fset, "../web/webhooks.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(web, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		get, ok := call.Fun.(*ast.SelectorExpr)
		name, isText := call.Args[0].(*ast.BasicLit)
		if ok && isText && get.Sel.Name == "Get" {
			header, _ := strconv.Unquote(name.Value)
			fields = append(fields, "header "+header)
		}
		return true
	})
	source, err := parser.ParseFile(fset, "../githubapp/delivery.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]ast.Expr{}
	ast.Inspect(source, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			types[n.Name.Name] = n.Type
		case *ast.FuncDecl:
			if n.Recv != nil && strings.HasPrefix(n.Name.Name, "Unmarshal") { // it reads itself
				types[receiver(n)+" itself"] = n.Type
			}
		}
		return true
	})
	if types["payload"] == nil {
		t.Fatal("delivery.go declares no payload; has it moved?")
	}
	return append(fields, texts(types, "json", types["payload"])...)
}

// receiver is the name of the type that a method is of.
func receiver(method *ast.FuncDecl) string {
	typ := method.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return fmt.Sprint(typ)
}

// texts are the paths of the fields of a type that hold text, or that read
// themselves, whatever they hold.
func texts(types map[string]ast.Expr, path string, typ ast.Expr) []string {
	switch typ := typ.(type) {
	case *ast.Ident:
		if typ.Name == "string" || types[typ.Name+" itself"] != nil {
			return []string{path}
		}
		if named := types[typ.Name]; named != nil {
			return texts(types, path, named)
		}
	case *ast.ArrayType:
		return texts(types, path, typ.Elt)
	case *ast.StarExpr:
		return texts(types, path, typ.X)
	case *ast.StructType:
		var fields []string
		for _, f := range typ.Fields.List {
			tag, _ := strconv.Unquote(f.Tag.Value)
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			fields = append(fields, texts(types, fmt.Sprintf("%s.%s", path, name), f.Type)...)
		}
		return fields
	}
	return nil
}
