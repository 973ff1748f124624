package server

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/web"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// ReadingList is where a list that is shown lies: in a folder of a repository's
// default branch.
type ReadingList struct{ Repo, Folder string }

const defaultListFolder = "reading-list"

// What of one list is read at most: some twenty-five thousand entries.
const (
	mostListFiles = 500
	mostListBytes = 16 << 20
)

// readingLists are the lists that are shown, as the routes take them.
func (s *Server) readingLists(ctx context.Context) map[string]web.ReadingList {
	shown := map[string]web.ReadingList{}
	for _, l := range s.config.ReadingLists {
		shown[l.Repo] = web.ReadingList{
			Policy: list.WebsitePolicy(),
			Read: func(asked context.Context) (map[string]string, error) {
				// A reading ends with the server, too.
				asked, cancel := context.WithCancel(asked)
				defer cancel()
				defer context.AfterFunc(ctx, cancel)()
				return readList(asked, s.app.Answer, l, webURL(s.config.GitHubURL))
			},
		}
	}
	return shown
}

// readList makes the website of a list from its data. Its links lead to GitHub's.
func readList(ctx context.Context, ask askGitHub, l ReadingList, github string) (map[string]string, error) {
	data := listData{ctx: ctx, ask: ask, at: l, missing: map[string]string{}}
	entries, err := list.Entries(data.there)
	if err == nil {
		err = data.problem()
	}
	if err != nil {
		return nil, err
	}
	options, _, err := list.ReadOptions(data.there)
	if err == nil {
		err = data.err
	}
	if err != nil {
		return nil, err
	}
	options.Address = "" // that of the list's own pages; these are elsewhere
	return list.Website(entries, options, github+l.Repo+"/blob/HEAD/"+(&url.URL{Path: l.Folder}).EscapedPath()+"/")
}

// webURL is GitHub's website, where its API is at this address.
func webURL(api string) string {
	u, err := url.Parse(api)
	if err != nil || u.Host == "" || u.Host == "api.github.com" {
		return "https://github.com/"
	}
	return u.Scheme + "://" + u.Host + "/"
}

type askGitHub func(context.Context, workflows.Ask) (workflows.Answer, error)

// listData reads the data of a list by asking GitHub for one file after the other.
type listData struct {
	ctx context.Context
	ask askGitHub
	at  ReadingList

	files, bytes int
	err          error
	// missing are the files that are not there, with what GitHub says of it.
	missing map[string]string
}

// there implements list.Folder. After something went wrong nothing more is asked.
func (d *listData) there(file string) (string, bool) {
	if d.err != nil {
		return "", false
	}
	if d.files++; d.files > mostListFiles {
		d.err = fmt.Errorf("the list has more than %d files", mostListFiles)
		return "", false
	}
	answer, err := d.ask(d.ctx, workflows.FileAsk{Repo: d.at.Repo, Path: d.at.Folder + "/" + file})
	if d.bytes += len(answer.Text); err == nil && d.bytes > mostListBytes {
		err = fmt.Errorf("the list is longer than %d MiB", mostListBytes>>20)
	}
	switch {
	case err != nil:
		d.err = err
		return "", false
	case answer.Unknown != "":
		d.missing[file] = answer.Unknown
		return "", false
	}
	return answer.Text, true
}

// problem says why the data that were read are no list.
func (d *listData) problem() error {
	if d.err != nil {
		return d.err
	}
	missing := d.missing
	_, noIndex := missing[list.IndexFile]
	for file, why := range missing {
		switch {
		case file == list.IndexFile:
		case noIndex: // a short list has none, but data
			return fmt.Errorf("%w: %s", web.ErrNoList, why)
		default: // the index was read before the branch moved on, or the list is broken
			return fmt.Errorf("a part of the list is missing: %s", why)
		}
	}
	return nil
}

// parseReadingList reads OWNER/REPO or OWNER/REPO/FOLDER.
func parseReadingList(text string) (l ReadingList, ok bool) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || !login.MatchString(parts[0]) || !repoName.MatchString(parts[1]) {
		return l, false
	}
	l = ReadingList{Repo: parts[0] + "/" + parts[1], Folder: defaultListFolder}
	if len(parts) > 2 {
		l.Folder = strings.Join(parts[2:], "/")
	}
	for part := range strings.SplitSeq(parts[1]+"/"+l.Folder, "/") {
		if !folderName.MatchString(part) || strings.Trim(part, ".") == "" {
			return l, false
		}
	}
	return l, true
}
