package main

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// showFinding prints one finding.
func showFinding(out io.Writer, as string, lang words.Language, file string, f lint.Finding) error {
	message, suggestion := f.Message(lang), f.Suggestion(lang)
	switch as {
	case "json":
		return writeJSON(out, struct {
			Rule       string        `json:"rule"`
			Severity   lint.Severity `json:"severity"`
			File       string        `json:"file"`
			Line       int           `json:"line"`
			Column     int           `json:"column"`
			Message    string        `json:"message"`
			Suggestion string        `json:"suggestion"`
		}{f.Rule, f.Severity, file, f.Line, f.Column, message, suggestion})
	case "github":
		_, err := fmt.Fprintf(out, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", githubLevel(f.Severity), githubProperty(filepath.ToSlash(file)),
			f.Line, f.Column, githubProperty(f.Rule), githubData(message+"\n"+suggestion))
		return err
	case "sarif":
		if _, err := io.WriteString(out, sarifSeparator); err != nil {
			return err
		}
		return writeJSON(out, sarifResultOf(file, f, message+" "+suggestion))
	}
	_, err := io.WriteString(out, printable(fmt.Sprintf("%s:%d:%d: %s %s: %s\n    %s\n", oneLine(file), f.Line, f.Column, f.Severity, f.Rule, message, suggestion)))
	return err
}

// oneLine keeps the name of a file from ending the line that it stands in.
func oneLine(name string) string { return strings.NewReplacer("\n", "�", "\r", "�").Replace(name) }

// githubLevel is what GitHub calls a severity.
func githubLevel(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "error"
	case lint.Warning:
		return "warning"
	case lint.Suggestion:
	}
	return "notice"
}

// A runner takes a command's data and properties apart at these. docs: Workflow
// commands for GitHub Actions; github.com/actions/toolkit, command.ts.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func githubData(text string) string     { return dataEscapes.Replace(printable(text)) }
func githubProperty(text string) string { return propertyEscapes.Replace(printable(text)) }

// frameOf is what a format has around and between its findings.
func frameOf(as string, lang words.Language) (f frame, err error) {
	if as != "sarif" {
		return f, nil
	}
	var b strings.Builder
	if err := writeJSON(&b, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{Tool: sarifTool(lang), ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}},
	}); err != nil {
		return f, err
	}
	// Findings are printed as they come; the log around them is cut where they
	// belong.
	before, after, _ := strings.Cut(b.String(), `"results":[]`)
	return frame{before: before + `"results":[` + "\n", separator: sarifSeparator, after: "]" + after}, nil
}

const sarifSeparator = ","

// The parts of SARIF 2.1.0 that are used. docs: OASIS, Static Analysis Results
// Interchange Format (SARIF) Version 2.1.0, section 3.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifToolPart `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifToolPart struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string          `json:"id"`
		ShortDescription     sarifText       `json:"shortDescription"`
		DefaultConfiguration sarifRuleConfig `json:"defaultConfiguration"`
	}
	sarifRuleConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

func sarifTool(lang words.Language) sarifToolPart {
	driver := sarifDriver{Name: "Kintsugi", Version: versionText(), Rules: []sarifRule{}}
	for _, r := range lint.Rules {
		driver.Rules = append(driver.Rules, sarifRule{r.ID, sarifText{r.About(lang)}, sarifRuleConfig{sarifLevel(r.Severity)}})
	}
	return sarifToolPart{driver}
}

func sarifLevel(s lint.Severity) string {
	if level := githubLevel(s); level != "notice" {
		return level
	}
	return "note"
}

func sarifResultOf(file string, f lint.Finding, message string) sarifResult {
	return sarifResult{
		RuleID: f.Rule, Level: sarifLevel(f.Severity), Message: sarifText{message},
		Locations: []sarifLocation{{sarifPlace{
			ArtifactLocation: sarifArtifact{sarifURI(file)},
			Region:           sarifRegion{f.Line, f.Column},
		}}},
	}
}

// sarifURI is a path as a URI, relative as the path is.
func sarifURI(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}

// showInspected prints what was read of one incident.
func showInspected(out io.Writer, as string, lang words.Language, i inspect.Incident) error {
	if as == "json" {
		return writeJSON(out, i)
	}
	t := incidentTeller{lang}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s\n", oneLine(i.File), i.Line, dashed(i.Title))
	fmt.Fprintf(&b, "  %s %s · %s %s\n", t.say("severity", "重大度"), dashed(i.Severity), t.say("zone", "タイムゾーン"), dashed(i.TimeZone))
	times := []struct {
		name string
		inspect.Milestone
	}{
		{t.say("started", "発生"), i.Started}, {t.say("detected", "検知"), i.Detected}, {t.say("acknowledged", "対応開始"), i.Acknowledged},
		{t.say("mitigated", "影響収束"), i.Mitigated}, {t.say("resolved", "復旧"), i.Resolved},
	}
	parts := make([]string, len(times))
	for n, m := range times {
		parts[n] = m.name + " " + wallClock(m.Milestone)
	}
	fmt.Fprintf(&b, "  %s\n  %s\n", strings.Join(parts, " → "), strings.Join(measuresOf(i, lang), " · "))
	fmt.Fprintf(&b, t.say("  action items: %d · sections: %d\n", "  対応策 %d件 · 見出し %d件\n"), len(i.ActionItems), len(i.Sections))
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

func dashed(t inspect.Text) string {
	if t == "" {
		return "—"
	}
	return strings.Join(strings.Fields(string(t)), " ")
}

func wallClock(m inspect.Milestone) string {
	switch {
	case !m.Known():
		return "—"
	case m.Zoned:
		return m.At.Format("2006-01-02 15:04 ") + moment.ZoneName(m.At)
	}
	return m.At.Format("2006-01-02 15:04")
}

// measuresOf are the four durations; where the document states another than its
// times give, both.
func measuresOf(i inspect.Incident, lang words.Language) []string {
	t := incidentTeller{lang}
	var all []string
	for _, m := range []struct {
		name                    string
		shown, stated, computed inspect.Measure
	}{
		{"TTD", i.TTD, i.Stated.TTD, i.Computed.TTD}, {"TTA", i.TTA, i.Stated.TTA, i.Computed.TTA},
		{"TTM", i.TTM, i.Stated.TTM, i.Computed.TTM}, {"TTR", i.TTR, i.Stated.TTR, i.Computed.TTR},
	} {
		said := m.name + " " + measured(m.shown, lang)
		if m.stated.Known && m.computed.Known && m.stated.Duration != m.computed.Duration {
			said += fmt.Sprintf(t.say(" (by its times %s)", "（時刻からは%s）"), measured(m.computed, lang))
		}
		all = append(all, said)
	}
	return all
}

func measured(m inspect.Measure, lang words.Language) string {
	if !m.Known {
		return "—"
	}
	return moment.Duration(m.Duration, lang)
}
