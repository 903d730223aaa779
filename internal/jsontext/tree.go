package jsontext

// Node is a value of a checked document: where it stands, and its parts. It is
// for text that is read once, as schemas are; records are read in place.
type Node struct {
	Kind    Kind
	Off     int
	Text    []byte   // the value's own text
	Str     string   // content, of Text
	Members []Member // parts: of an Object in order, of a List without names
}

// Member is a part of an Object or List.
type Member struct {
	Name string
	*Node
}

// Parse returns the tree of the value that begins at i of a checked document.
func Parse(src []byte, i int) *Node {
	n, _ := parse(src, i)
	return n
}

func parse(src []byte, i int) (*Node, int) {
	n := &Node{Kind: KindAt(src, i), Off: i}
	end := i
	switch n.Kind {
	case Text:
		var f Flags
		end, f, _ = ScanString(src, i)
		n.Str = StringAt(src[i:end], f)
	case Whole:
		end, n.Kind, _, _ = ScanNumber(src, i)
	case List, Object:
		end = n.parseParts(src, i)
	case Missing:
	default:
		end, _ = ScanLiteral(src, i)
	}
	n.Text = src[i:end]
	return n, end
}

func (n *Node) parseParts(src []byte, i int) (end int) {
	closing := byte(']')
	if n.Kind == Object {
		closing = '}'
	}
	i = Space(src, i+1)
	if src[i] == closing {
		return i + 1
	}
	at := map[string]int{}
	for more := true; more; {
		name := ""
		if n.Kind == Object {
			var f Flags
			start := i
			i, f, _ = ScanName(src, i)
			name = StringAt(src[start:i], f)
			i, _ = Colon(src, i)
		}
		var part *Node
		part, i = parse(src, i)
		n.add(at, Member{name, part})
		i, more, _ = Next(src, i, closing)
	}
	return i
}

// add appends a part. Of members with the same name the last counts, in the
// place of the first.
func (n *Node) add(at map[string]int, m Member) {
	if n.Kind == Object {
		if k, twice := at[m.Name]; twice {
			n.Members[k] = m
			return
		}
		at[m.Name] = len(n.Members)
	}
	n.Members = append(n.Members, m)
}

// Get returns the named member of an Object; of anything else, and when there is
// none, nil.
func (n *Node) Get(name string) *Node {
	if n.Kind != Object {
		return nil
	}
	for _, m := range n.Members {
		if m.Name == name {
			return m.Node
		}
	}
	return nil
}
