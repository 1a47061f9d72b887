package locate

import "testing"

// The likely line stands beside a resource that is certain, and where no attribute is quoted.
func TestLikelyLine(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"infra/main.tf": `resource "aws_db_instance" "db" {
  engine              = "mysql"
  publicly_accessible = true
}
`})
	for details, want := range map[string]struct{ line, likely int }{
		"It is publicly accessible. AWS_RDS (Ref: db, File: infra/main.tf)":                    {1, 3},
		"'publicly_accessible' is true. AWS_RDS (Ref: db, File: infra/main.tf)":                {3, 0},
		"It is publicly accessible. AWS_RDS (Ref: other, File: infra/main.tf)":                 {1, 0},
		"Nothing here is of the block. AWS_RDS (Ref: aws_db_instance.db, File: infra/main.tf)": {1, 0},
	} {
		f := r.place(t, details)[0]
		if l := f.Locations[0]; l.Line != want.line || l.Likely != want.likely {
			t.Errorf("%s: %+v, want %+v", details, l, want)
		}
	}
}
