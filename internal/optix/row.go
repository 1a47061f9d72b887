package optix

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/secret"
)

// Row is one row of a list. It has no secrets, and the data of people until [Row.Public].
type Row struct {
	o     *jsonx.Object
	query *Query
	// public masks the data of people.
	public bool
	people secret.Masker
}

// moreInfo is the object in the rows of inventories with the fields that depend on the provider.
const moreInfo = "moreInfo"

// Public returns the row without the data of people: mail addresses, and what stands in fields that
// name a person. A name is masked wherever it stands in the row.
func (r Row) Public() Row {
	r.public = true
	r.people = secret.Personal(r.People()...)
	return r
}

// People returns the texts in fields that name a person.
func (r Row) People() []string {
	var names []string
	_ = r.o.Rewrite(func(path, text string) string {
		if r.query.isPersonal(path) && isName(text) {
			names = append(names, text)
		}
		return text
	})
	return names
}

// Text returns the value of a field: a text, a number or a boolean as it is written, or an array or
// object as JSON. Names are those of [Query.Fields]; a field is at the top of the row, or in its
// moreInfo, and a dot leads into an object. ok is false if it is missing or null.
func (r Row) Text(name string) (text string, ok bool) {
	o, key := r.find(name)
	if o == nil || !o.Has(key) {
		return "", false
	}
	if text := o.Words(key); text != "" {
		return r.hide(name, text), true
	}
	if list := o.Texts(key); len(list) > 0 {
		for i := range list {
			list[i] = r.hide(name, list[i])
		}
		return strings.Join(list, ", "), true
	}
	if text := o.RewriteAt(key, r.hide); string(text) != `""` {
		return string(text), true
	}
	return "", true
}

// find returns the object with the field of a name and its key there.
func (r Row) find(name string) (*jsonx.Object, string) {
	steps := strings.Split(name, ".")
	// Values of unexpected kinds are missing fields here.
	o := r.o.Scope()
	if !o.Has(steps[0]) {
		o = o.OptObject(moreInfo)
	}
	for ; len(steps) > 1; steps = steps[1:] {
		o = o.OptObject(steps[0])
	}
	return o, steps[0]
}

// JSON returns the whole row as JSON on one line.
func (r Row) JSON() []byte { return r.o.Rewrite(r.hide) }

// hide masks the data of people in a text of the field at a path, which ends in a dot for a key.
func (r Row) hide(path, text string) string {
	switch {
	case !r.public:
		return text
	case path == "." || path == moreInfo+".": // a person may be called like a field
		return secret.Personal().Mask(text)
	case r.query.isPersonal(path) && isName(text):
		return secret.PersonalMask
	}
	return r.people.Mask(text)
}

// isPersonal reports whether the field at a path names a person. Lists of users have such fields
// beside those of all lists.
func (q *Query) isPersonal(path string) bool {
	path = strings.TrimPrefix(path, moreInfo+".")
	last := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	if slices.Contains(personalNames(), last) {
		return true
	}
	return q.isOfUsers() && (path == "name" || path == "arn" || path == "id" && q.area.Name == "search")
}

// isName reports whether a text may be a name, and is not a boolean, number or date: the reference
// calls lastModifiedBy a text here, and a boolean or a date there.
func isName(text string) bool {
	text = strings.TrimSpace(text)
	switch text {
	case "", "true", "false":
		return false
	}
	return strings.Trim(text, "0123456789.:+-TZ ") != ""
}

// NamesPeople reports whether rows have fields that name a person.
func (q Query) NamesPeople() bool {
	return q.isOfUsers() || slices.ContainsFunc(q.Fields(), func(f Field) bool { return f.Personal })
}

// isOfUsers reports whether the rows are users.
func (q *Query) isOfUsers() bool {
	return q.area.Name == "users" || strings.HasSuffix(q.path, "_USER")
}

// personalNames are the names of fields, in lower case, whose values name a person.
func personalNames() []string {
	return []string{
		"mail", "email", "primaryemail", "mainnickname", "mailnickname", "principalname", "userprincipalname", "signinname",
		"username", "displayname", "givenname", "surname", "lastmodifiedby", "createdby", "committername", "committeremail",
	}
}
