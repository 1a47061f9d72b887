package report

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// treeOf is a result as templates see it: maps, lists, texts, numbers and truths, by the names of
// result.json. Members that the file leaves out are empty: "", 0, false, an empty list or no value.
func treeOf(r *result.Result) map[string]any {
	tree, _ := valueTree(reflect.ValueOf(r).Elem()).(map[string]any)
	return tree
}

func valueTree(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339)
	case encoding.TextMarshaler:
		return markedText(x)
	case result.Lines:
		list := make([]any, 0, x.Len())
		for _, line := range x.All() {
			list = append(list, line)
		}
		return list
	}
	switch v.Kind() {
	case reflect.Struct:
		tree := map[string]any{}
		addFields(tree, v)
		return tree
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = valueTree(v.Index(i))
		}
		return list
	case reflect.Map:
		tree := map[string]any{}
		for _, key := range v.MapKeys() {
			tree[fmt.Sprint(valueTree(key))] = valueTree(v.MapIndex(key))
		}
		return tree
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int64:
		return int(v.Int())
	default:
		return v.String() // the other fields of a result are texts
	}
}

func markedText(x encoding.TextMarshaler) string {
	b, err := x.MarshalText()
	if err != nil {
		return ""
	}
	return string(b)
}

// addFields adds the members of a struct and of those that it embeds.
func addFields(tree map[string]any, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			addFields(tree, embedded(v.Field(i)))
		case name != "" && name != "-":
			tree[name] = valueTree(v.Field(i))
		}
	}
}

// embedded returns an embedded struct, the zero one for a nil pointer.
func embedded(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return reflect.Zero(v.Type().Elem())
	}
	return reflect.Indirect(v)
}

// sampleTree is a result with one element in each list, long texts and, if asked for, a value for
// everything that a result may have none of.
func sampleTree(optional bool) map[string]any {
	var r result.Result
	fillSample(reflect.ValueOf(&r).Elem(), optional)
	return treeOf(r.Complete())
}

func fillSample(v reflect.Value, optional bool) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(0, 0)))
		return
	case map[result.Severity]int:
		counts := map[result.Severity]int{}
		for _, s := range result.Severities() {
			counts[s] = 1
		}
		v.Set(reflect.ValueOf(counts))
		return
	case result.Lines:
		v.Set(reflect.ValueOf(result.LinesOf(strings.Repeat("0123456789abcdef", 4))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillSample(v.Field(i), optional || v.Type().Field(i).Anonymous)
		}
	case reflect.Pointer:
		if optional {
			v.Set(reflect.New(v.Type().Elem()))
			fillSample(v.Elem(), optional)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillSample(v.Index(0), optional)
	case reflect.String:
		v.SetString(strings.Repeat("0123456789abcdef", 4))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	}
}
