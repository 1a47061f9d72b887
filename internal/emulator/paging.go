package emulator

import (
	"net/url"
	"strconv"
)

// defaultSize is the number of records on a page where the request does not say it.
const defaultSize = 20

// paging reads page and size of a list whose pages start at 1. A size that may be
// missing has the default.
func (s *Server) paging(q url.Values, sizeRequired bool) (page, size int, problem string) {
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 {
		page = 1
		if s.assumes("bad-page=refused") {
			problem = "Page number should be greater than 0"
		}
	}
	if !q.Has("size") && !sizeRequired {
		return page, defaultSize, problem
	}
	size, err = strconv.Atoi(q.Get("size"))
	if err != nil || size < 1 {
		size = defaultSize
		if s.assumes("bad-size=refused") {
			problem = noArguments
		}
	}
	return page, size, problem
}

// listPage is a page of a list.
type listPage[T any] struct {
	Data        []T  `json:"data"`
	CurrentPage int  `json:"currentPage"`
	HasNext     bool `json:"hasNext"`
	HasPrevious bool `json:"hasPrevious"`
	TotalPages  int  `json:"totalPages"`
	Size        int  `json:"size"`
}

// pageOf returns a page of a list; pages start at 1.
func pageOf[T any](s *Server, found []T, page, size int) listPage[T] {
	pages := (len(found) + size - 1) / size
	if page > pages && s.assumes("beyond-last=last") {
		page = max(1, pages)
	}
	p := listPage[T]{
		Data: []T{}, CurrentPage: page, HasNext: page < pages, HasPrevious: page > 1, TotalPages: pages, Size: size,
	}
	if page <= pages {
		p.Data = found[(page-1)*size : min(page*size, len(found))]
	}
	if s.assumes("size-field=returned") {
		p.Size = len(p.Data)
	}
	if s.assumes("current-page=from-zero") {
		p.CurrentPage--
	}
	if pages == 0 && s.assumes("empty-list=1") {
		p.TotalPages = 1
	}
	return p
}
