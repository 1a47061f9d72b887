package jsonx

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// how says how the values of a type are written.
type how uint8

const (
	asOther how = iota // by encoding/json
	asText
	asInt
	asUint
	asBool
	asWord // a small number that has a name
	asTextList
	asStruct
	// The values of these may be nil.
	asPointer
	asInterface
	asSlice
	asMap
)

// plan is what an [Encoder] knows of a type.
type plan struct {
	how    how
	elem   *plan
	fields []planField
	words  [][]byte // of asWord, by the number
	// plain is map[string]any, for a map of this kind; else nil.
	plain reflect.Type
}

// planField is a field of a struct, or of one that it embeds.
type planField struct {
	first               int   // the index of the field, or of the embedded struct that has it
	rest                []int // the indexes in embedded structs, nil for most
	kind                reflect.Kind
	name                string
	key                 []byte // with the colon
	omitEmpty, omitZero bool
	asked               bool // isZero calls the type's method
	plan                *plan
}

func (e *Encoder) planOf(t reflect.Type) *plan {
	p, known := e.plans[t]
	if !known {
		p = &plan{}
		e.plans[t] = p // before its fields: a type may hold itself
		e.fill(p, t)
	}
	return p
}

func (e *Encoder) fill(p *plan, t reflect.Type) {
	switch kind := t.Kind(); {
	case t.Implements(reflect.TypeFor[TextList]()):
		p.how = asTextList
	case kind == reflect.Uint8 && t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		p.how, p.words = asWord, make([][]byte, 1<<8)
	case kind == reflect.Interface && t.NumMethod() == 0:
		p.how = asInterface
	case marksItself(t) || kind != reflect.Pointer && marksItself(reflect.PointerTo(t)):
		if kind == reflect.Pointer && e.planOf(t.Elem()).how != asOther {
			p.how, p.elem = asPointer, e.planOf(t.Elem()) // with the methods of what it points to
		}
	default:
		e.fillKind(p, t)
	}
}

func marksItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

func (e *Encoder) fillKind(p *plan, t reflect.Type) {
	switch t.Kind() {
	case reflect.String:
		p.how = asText
	case reflect.Bool:
		p.how = asBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.how = asInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		p.how = asUint
	case reflect.Pointer:
		p.how, p.elem = asPointer, e.planOf(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			p.how, p.elem = asSlice, e.planOf(t.Elem())
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !marksItself(t.Key()) {
			p.how, p.elem = asMap, e.planOf(t.Elem())
			if plain := reflect.TypeFor[map[string]any](); t.ConvertibleTo(plain) {
				p.plain = plain
			}
		}
	case reflect.Struct:
		fields, ok := e.fieldsOf(t, nil)
		if fields = withoutHidden(fields); ok && !haveEqualNames(fields) {
			p.how, p.fields = asStruct, fields
		}
	}
}

// fieldsOf returns the fields of a struct and of those that it embeds, in their order. It fails for
// what only encoding/json knows.
func (e *Encoder) fieldsOf(t reflect.Type, above []int) (fields []planField, ok bool) {
	if len(above) > maxEmbedded {
		return nil, false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clip(above), i)
		var own []planField
		switch base := structIn(f.Type); {
		case f.Anonymous && base != nil && jsonName(f) == "":
			own, ok = e.fieldsOf(base, index)
			ok = ok && f.IsExported()
		case !f.IsExported() || f.Tag.Get("json") == "-":
			continue
		default:
			own = []planField{e.fieldOf(f, index)}
			ok = own[0].name != ""
		}
		if !ok {
			return nil, false
		}
		fields = append(fields, own...)
	}
	return fields, true
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// fieldOf returns a field, without a name if only encoding/json knows how it is written.
func (e *Encoder) fieldOf(f reflect.StructField, index []int) planField {
	name := cmp.Or(jsonName(f), f.Name)
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
	asks := f.Type.Implements(reflect.TypeFor[zeroer]())
	if has("string") || strings.Trim(name, nameChars) != "" || has("omitzero") && asks && f.Type.Kind() != reflect.Struct {
		return planField{}
	}
	return planField{
		first: index[0], rest: index[1:], kind: f.Type.Kind(), name: name, key: append(appendText(nil, name), ':'),
		omitEmpty: has("omitempty"), omitZero: has("omitzero"), asked: asks, plan: e.planOf(f.Type),
	}
}

// maxEmbedded bounds how deep structs are embedded: a struct may embed itself.
const maxEmbedded = 8

// nameChars are those of names that need no check.
const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"

// structIn returns the type of a struct or of what a pointer to one points to, nil for every other.
func structIn(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// withoutHidden removes the fields of embedded structs that a field of the same name hides, because
// it is less deep.
func withoutHidden(fields []planField) []planField {
	depth := map[string]int{}
	for i := range fields {
		d, known := depth[fields[i].name]
		if own := len(fields[i].rest); !known || own < d {
			depth[fields[i].name] = own
		}
	}
	return slices.DeleteFunc(fields, func(f planField) bool { return len(f.rest) > depth[f.name] })
}

// haveEqualNames reports whether fields of one name are equally deep.
func haveEqualNames(fields []planField) bool {
	seen := map[string]bool{}
	for i := range fields {
		if seen[fields[i].name] {
			return true
		}
		seen[fields[i].name] = true
	}
	return false
}

// of returns the field of a struct, false if it is left out: because it is empty, or in an embedded
// struct that is nil.
func (f *planField) of(v reflect.Value) (reflect.Value, bool) {
	v = v.Field(f.first)
	for _, i := range f.rest {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	switch {
	case f.omitEmpty:
		return v, !isEmpty(f.kind, v)
	case f.omitZero:
		return v, !f.isZero(v)
	}
	return v, true
}

// isZero asks a value with a method for it, such as a time.
func (f *planField) isZero(v reflect.Value) bool {
	if !f.asked {
		return v.IsZero()
	}
	if v.CanAddr() {
		v = v.Addr()
	}
	asked, _ := v.Interface().(zeroer)
	return asked.IsZero()
}

type zeroer interface{ IsZero() bool }

// isEmpty is what omitempty asks for.
func isEmpty(kind reflect.Kind, v reflect.Value) bool {
	switch kind {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
