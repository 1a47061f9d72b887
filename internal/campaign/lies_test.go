package campaign

import "slices"

// lie is a row of a table: one way in which an answer of one kind says something odd.
type lie[T any] struct {
	name string
	// expect is what the oracle expects of the client.
	expect temper
	// tolerate is the --tolerate that makes a contradiction harmless; "" without one.
	tolerate string
	// change writes the lie into the answer. nil: the code that answers does.
	change func(c *exchange, said T)
}

// faultsOf are the lies of a table as faults of some calls.
func faultsOf[T any](on []string, table []lie[T]) []fault {
	var list []fault
	for _, l := range table {
		list = append(list, fault{name: l.name, temper: l.expect, on: on, tolerate: l.tolerate})
	}
	return list
}

// rowOf finds a lie of a table by its name.
func rowOf[T any](table []lie[T], name string) (row lie[T], ok bool) {
	i := slices.IndexFunc(table, func(l lie[T]) bool { return l.name == name })
	if i < 0 {
		return row, false
	}
	return table[i], true
}

// tell writes the rule's lie into an answer, if it is one of the table, and marks its event.
func tell[T any](c *exchange, name string, table []lie[T], said T, e event) event {
	row, ok := rowOf(table, name)
	if !ok {
		return e
	}
	if row.change != nil {
		row.change(c, said)
	}
	return c.odd(e)
}

// failing writes a member which says that the request failed.
func failing(c *exchange, body object) {
	switch c.dice.IntN(4) {
	case 0:
		body["error"] = oneOf[any](c.dice, "quota exceeded for "+c.secret(), object{"code": 7})
	case 1:
		body["errors"] = []any{"internal"}
	case 2:
		body["success"] = false
	default:
		body["status"] = "error"
	}
}

// put sets members.
func put(members object) func(*exchange, object) {
	return func(_ *exchange, body object) {
		for key, value := range members {
			body[key] = value
		}
	}
}

// without removes members.
func without(keys ...string) func(*exchange, object) {
	return func(_ *exchange, body object) {
		for _, key := range keys {
			delete(body, key)
		}
	}
}

// drawn sets a member to one of several values.
func drawn(key string, values ...any) func(*exchange, object) {
	return func(c *exchange, body object) { body[key] = oneOf(c.dice, values...) }
}
