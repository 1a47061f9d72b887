// Package optix is a typed client of the Cloud Optix REST API: image scanning,
// infrastructure-as-code scanning, alerts, and all other areas of the reference.
//
// # Lists
//
// Each list of the reference is an [Area]: its path, its pages, its parameters with what the
// reference allows, and the fields of its rows. A [Query] is an area with checked values, and
// [Client.Rows] reads its rows one by one:
//
//	users, _ := optix.FindArea("users")
//	q, err := users.Query(map[string][]string{"provider": {"AWS"}}, 0)
//	for row, err := range client.Rows(ctx, q) {
//		mfa, ok := row.Text("isMfaActive") // ok is false if it is missing or null
//	}
//
// A row holds the data of people until [Row.Public]. [Client.Accounts] reads accounts into structs.
//
// It has no policy and no clock. An answer that can't be read is an error, and a
// count is zero only if the service said zero. Parameters are spelled exactly as in
// the reference, whose spelling differs from call to call. [Explain] turns errors
// into the fault of a row.
package optix
