package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// columnsOf are the columns of a table of actions by its head, nil where it is
// none: it needs a column of actions, or one of descriptions beside one of
// owners, days, tickets or states.
func columnsOf(head []document.Cell) []column {
	columns := make([]column, len(head))
	var has [numberOfColumns]bool
	for i, cell := range head {
		c := columnOf(cell.Text)
		if c != otherColumn && c != typeColumn && has[c] {
			c = otherColumn // the first one counts
		}
		columns[i] = c
		has[c] = true
	}
	isTracked := has[ownerColumn] || has[dueColumn] || has[ticketColumn] || has[statusColumn]
	switch {
	case has[timeColumn] && !has[dueColumn] && !has[statusColumn]:
		return nil
	case has[actionColumn], has[vagueColumn] && isTracked:
		return columns
	case isTracked && len(head) > 1:
		// Nothing is called an action: it is what the first other column says.
		for i, c := range columns {
			if c == otherColumn && strings.TrimSpace(head[i].Text) != "" {
				columns[i] = actionColumn
				return columns
			}
		}
	}
	return nil
}

// rowItem reads a row of a table of actions.
func rowItem(columns []column, r *document.Row) (item ActionItem, ok bool) {
	if columns == nil {
		return item, false
	}
	var cells [numberOfColumns]*document.Cell
	for i := range r.Cells {
		if i < len(columns) && cells[columns[i]] == nil && columns[i] != otherColumn {
			cells[columns[i]] = &r.Cells[i]
		}
	}
	action := cells[actionColumn]
	if action == nil || action.Text == "" && len(action.Links) == 0 {
		action = cells[vagueColumn]
	}
	if action == nil || action.Italic || saysNothing(action.Text) {
		return item, false
	}
	text := func(c column) string {
		if cells[c] == nil || cells[c].Italic {
			return ""
		}
		return cells[c].Text
	}
	end, facts := namedFacts(action.Text)
	item = ActionItem{Text: action.Text, Line: r.Line, Owner: ownerIn(text(ownerColumn)), Due: dayIn(text(dueColumn)), Done: saysDone(text(statusColumn)), Type: Text(text(typeColumn)), Priority: Text(text(priorityColumn)), Repo: Text(text(repoColumn)), Ticket: Text(text(ticketColumn))}
	if end > 0 {
		item.Text = action.Text[:end]
	}
	if rest, done := withoutDone(item.Text); done {
		item.Text, item.Done = rest, true
	}
	if item.Owner == "" {
		item.Owner = ownerIn(facts[ownerColumn])
	}
	if item.Due == "" {
		item.Due = dayIn(facts[dueColumn])
	}
	if ticket := cells[ticketColumn]; ticket != nil {
		// "Bug 12 DONE": tables in the manner of the SRE book have no other column.
		number := strings.TrimSpace(ticket.Text)
		item.Done = item.Done || cells[statusColumn] == nil && saysDone(number[strings.LastIndexByte(number, ' ')+1:])
		item.URL = ticketURL(ticket.Text, ticket.Links, true)
	}
	for i := 0; item.URL == "" && i < len(r.Cells); i++ {
		item.URL = ticketURL(r.Cells[i].Text, r.Cells[i].Links, false)
	}
	item.Text = withoutLinkNames(item.Text, action.Links)
	return item, !saysNothing(item.Text)
}

// actionTables reads the tables outside the sections of actions that have a
// column called after them, and an owner or a day for each.
func actionTables(rows []document.Row) (items []ActionItem) {
	var columns []column
	told := 0
	for i := range rows {
		r := &rows[i]
		switch r.Kind {
		case document.Heading:
			switch kind := section.Of(r.Text); {
			case kind == section.Timeline || kind == section.Response || kind == section.Recovery:
				told = r.Level
			case r.Level <= told:
				told = 0
			}
		case document.TableHead:
			columns = columnsOf(r.Cells)
			var has [numberOfColumns]bool
			for _, c := range columns {
				has[c] = true
			}
			if told > 0 || !has[actionColumn] || !has[ownerColumn] || !has[dueColumn] && !has[statusColumn] && !has[ticketColumn] {
				columns = nil
			}
		case document.TableRow:
			if item, ok := rowItem(columns, r); ok {
				items = append(items, item)
			}
		default:
		}
	}
	return items
}
