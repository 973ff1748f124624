package fakehub

import (
	"fmt"
	"strconv"
	"strings"
)

// page cuts items to the page asked for and links its neighbours.
// docs: Using pagination in the REST API.
func page[T any](c *call, items []T) []T {
	size, number := c.queryNumber("per_page", 30), c.queryNumber("page", 1)
	size = min(size, 100)
	last := max(1, (len(items)+size-1)/size)
	var links []string
	link := func(rel string, n int) {
		q := c.request.URL.Query()
		q.Set("page", strconv.Itoa(n))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.origin(), c.request.URL.EscapedPath(), q.Encode(), rel))
	}
	if number > 1 {
		link("prev", min(number-1, last))
	}
	if number < last {
		link("next", number+1)
		link("last", last)
	}
	if number > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		c.header.Set("Link", strings.Join(links, ", "))
	}
	start := min((number-1)*size, len(items))
	return items[start:min(start+size, len(items))]
}

func (c *call) queryNumber(name string, otherwise int) int {
	n, err := strconv.Atoi(c.request.URL.Query().Get(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}

// cursor reads where to go on in the list of deliveries.
func (c *call) cursor() (id int64, given bool, err error) {
	text := c.request.URL.Query().Get("cursor")
	if text == "" {
		return 0, false, nil
	}
	id, err = strconv.ParseInt(strings.TrimPrefix(text, "v1_"), 10, 64)
	if err != nil {
		return 0, false, &refusal{status: 422, message: "Invalid cursor"}
	}
	return id, true, nil
}

func (c *call) linkCursor(id int64) {
	q := c.request.URL.Query()
	q.Set("cursor", "v1_"+strconv.FormatInt(id, 10))
	c.header.Set("Link", "<"+c.origin()+c.request.URL.EscapedPath()+"?"+q.Encode()+`>; rel="next"`)
}
