package document

import extension "github.com/yuin/goldmark/extension/ast"

func (s *scanner) table(n *extension.Table, place Row) {
	for line := n.FirstChild(); line != nil; line = line.NextSibling() {
		r := Row{Kind: TableRow, Cells: make([]Cell, 0, line.ChildCount())}
		if line.Kind() == extension.KindTableHeader {
			r.Kind = TableHead
		}
		for cell := line.FirstChild(); cell != nil; cell = cell.NextSibling() {
			c := Cell{Italic: true}
			for i, l := range s.lines(cell) {
				if i > 0 {
					c.Text += " "
				} else {
					c.Offset = l.Offset
				}
				c.Text += l.Text
				c.Italic = c.Italic && l.Italic
				c.Links = append(c.Links, l.Links...)
				if r.Line == 0 {
					r.Line, r.Offset = l.Line, l.Offset
				}
			}
			c.Italic = c.Italic && c.Text != ""
			r.Cells = append(r.Cells, c)
		}
		s.put(&r, &place)
	}
}
