package devs3

import "strings"

// listQuery asks for the objects of a bucket in key order.
type listQuery struct {
	prefix, delimiter string
	start             string // least key or group to return
	max               int
}

// listItem is an object or, when object is nil, a group of keys with a common
// prefix that ends in the delimiter.
type listItem struct {
	key    string
	object *object
}

// listing is one page; next is where the following one starts, "" at the end.
type listing struct {
	items []listItem
	next  string
}

// list reads one page. A group costs one look-up, however many keys it has.
func (b *bucket) list(q listQuery) listing {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var page listing
	if q.max == 0 {
		return page
	}
	cursor := max(q.start, q.prefix)
	for {
		o := b.objects.first(cursor)
		if o == nil || !strings.HasPrefix(o.Key, q.prefix) {
			return page
		}
		if len(page.items) == q.max {
			page.next = cursor
			return page
		}
		group, ok := groupOf(o.Key, q.prefix, q.delimiter)
		if !ok {
			page.items = append(page.items, listItem{o.Key, o})
			cursor = o.Key + "\x00"
			continue
		}
		page.items = append(page.items, listItem{key: group})
		cursor = after(group)
	}
}

// groupOf returns the common prefix the key belongs to.
func groupOf(key, prefix, delimiter string) (string, bool) {
	if delimiter == "" {
		return "", false
	}
	i := strings.Index(key[len(prefix):], delimiter)
	if i < 0 {
		return "", false
	}
	return key[:len(prefix)+i+len(delimiter)], true
}

// after returns the least string that is greater than everything beginning
// with group, which is UTF-8 and so never all 0xff.
func after(group string) string {
	return group[:len(group)-1] + string([]byte{group[len(group)-1] + 1})
}

// startAfter returns the least key behind a marker. A marker that is itself a
// group, as NextMarker is, leaves the whole group behind.
func startAfter(marker, prefix, delimiter string) string {
	if marker == "" {
		return ""
	}
	if strings.HasPrefix(marker, prefix) {
		if group, ok := groupOf(marker, prefix, delimiter); ok && group == marker {
			return after(group)
		}
	}
	return marker + "\x00"
}
