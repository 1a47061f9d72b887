package template

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// comparePlainHCL makes sure that a text that is plain is read by the library, is within the bounds
// of this package, and is planned as if it was parsed.
func comparePlainHCL(t *testing.T, text []byte) (isPlain bool) {
	t.Helper()
	joined, ok := plainHCL(text)
	if !ok {
		return false
	}
	if _, diags := hclsyntax.ParseConfig(text, "", hcl.InitialPos); diags.HasErrors() {
		t.Fatalf("plain, but broken: %v\n%q", diags, text)
	}
	m := newModule(tree.NewBudget(len(text)))
	before := m.joined.Left()
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	if _, err := m.endOfItems(tokens); err != nil {
		t.Fatalf("plain, but beyond a bound: %v\n%q", err, text)
	}
	if spent := before - m.joined.Left(); spent > joined {
		t.Fatalf("%d KB are joined, want at most %d:\n%q", spent, joined, text)
	}
	for _, name := range []string{"a.tf", "a.tfvars"} {
		f, err := Parse(name, text)
		if err != nil {
			t.Fatalf("plain, but %v\n%q", err, text)
		}
		plain := PlainTerraform(name, text, true)
		if plain != nil && (len(f.Images) > 0 || plain.Path != f.Path || plain.Role != f.Role || plain.Language != f.Language) {
			t.Fatalf("%+v, want %+v\n%q", plain, f, text)
		}
	}
	return true
}

// plainSamples are short texts that are plain.
func plainSamples() []string {
	return []string{
		"", "\n", "a = 1\n", "a = [1, 2.50, -3]", "a-b_c = x.y[0].z[*].w.*.v\n\n\n", "\ta\t=\t\"b\"\r\nc = 1 # d\r\n", "# a\n// b\n/* c\n*/ d = 1 /* e */ // f",
		"a {\n}\n", "a {}\n", "a { b = 1 }\n", "a \"b\" c \"d é\" {\n  b = 1\n  c {\n    b = 1\n  }\n}\n", "a { # b\n}\n", "a { /* b */ }\nb {}", "a {\n}\na {\n}\n", "a {\n  b = 1\n}\nb = 1\n",
		"a = \"${b}\"\n", "a = \"b${c}d${~ e[\"f${g}\"] ~}\\\"\\n\\u00e9 $h %i $$j $${k} %%{l} é ^m$\"\n", "a = \"${\n  b # c\n}\"\n", "a = \"\"\n", "a = \"$\"",
		"a = b ? c : d ? \"e\" : f\n", "a = !b && -c * 2 >= 3 || d != null && (e == true)\n", "a = 1 - 1 / 2 % 3 + 4 <= 5 < 6 > 7\n",
		"a = f(b, c...)\n", "a = f(1...)\n", "a = f(b.0...)\n", "a = f()\n", "a = f(\n  b, # c\n  d,\n)\n", "a = (\n  b\n  + c\n)\n", "a = f(g(h))[0].i\n",
		"a = {}\n", "a = { b = 1 }\n", "a = { b = 1, \"c\" : 2, (d) = 3, }\n", "a = {\n  b = 1 # c\n  d : {\n    e = 1,\n\n  }\n}\n", "a = { b = [\n  1\n] }\n", "a = [ # b\n\n  1,\n  {},\n]\n",
		"a = { b = 1, b = 1 }\n", "a = [for b in c : d]\n", "a = [for b, c in d : b if c != \"\"]\n", "a = { for b, c in d : b => c... if e }\n", "a = {\n  for b in c :\n  b => d\n}\n",
		"a = <<E\nE\n", "a = <<-EOT\n  b ${c} $d $(e) $$ f$ 10% 5%\n  ${\n  g}\n  $${h} é\n  EOT\n", "a = f(<<E\nb\nE\n, c)\n", "a = <<E-1\r\nb\r\nE-1\r\n",
		"a {\n  b = <<E\nE\n}\n", "a = [<<E\nE\n]\n", "a = <<E\nE F\n${b}E\n  E\t\n", "a = \"é\" // é\n", "a = true.b\nb = \"c\".d\n",
		"for = in\nif = for\n", "a = b.0.c\n", "a = [a.*.b, c[*][\"d\"]]\n", "a = b[true]\n", "a = b\nc = b\nd {\n  a = b\n}\n",
	}
}

// oddSamples are short texts that are not plain: they are broken, or rare.
func oddSamples() []string {
	return []string{
		"a", "a = ", "a = \n1\n", "a = 1 b = 2\n", "a = 1,\n", "a = 1\na = 2\n", "b {\n  a = 1\n  c {\n  }\n  a = 1\n}\n", "\"a\" = 1\n", "a == 1\n", "a => 1\n", "a = 1;\n", "a = 'b'\n", "a = `b`\n",
		"a {", "a {\n", "a }", "}", "a\n{\n}\n", "a { b = 1\n}\n", "a {\n  b = 1 }\n", "a { b = 1, c = 2 }\n", "a { b = 1 c = 2 }\n", "a { b {} }\n", "a {} b {}\n", "a {\n  b {} }\n", "a \"${b}\" {}\n", "a \"%{b}\" {}\n", "a \"b\r\" {}\n", "a \"b\\n\" {}\n", "a 1 {}\n",
		"a = \"b\n", "a = \"b\r\"\n", "a = \"\\$\"\n", "a = \"\\u12\"\n", "a = \"\\ud800\"\n", "a = \"\\U0000d800\"\n", "a = \"\\", "a = \"${}\"\n", "a = \"${b\"\n", "a = \"${b c}\"\n", "a = \"%{b}\"\n", "a = \"%{ if b }c%{ endif }\"\n",
		"a = \"$%{b}\"\n", "a = \"$$${b}\"\n", "a = \"%${b}\"\n", "a = \"${<<E\nE\n}\"\n", "a = b ? c\n", "a = b ?\nc : d\n", "a = b ? c :: d\n", "a = b : c\n", "a = b::c()\n", "a = b +\n", "a = b\n  + c\n", "a = = b\n", "a = !\n", "a = b & c\n", "a = b | c\n", "a = ~b\n", "a = b ** c\n",
		"a = b << c\n", "a = b <<E\nE\n", "a = b >> c\n", "a = !=b\n", "a = b =! c\n", "a = 1.\n", "a = .1\n", "a = 1.2.3\n", "a = 1e5\n", "a = 1a\n", "a = b.0.1\n", "a = b.0.e5\n", "a = b.0.E-5\n", "a = b.0e5\n", "a = b.\n", "a = b..c\n", "a = b.*.*\n", "a = b[]\n", "a = b[0\n", "a = b[*\n", "a = b[*.c]\n", "a = (b\n", "a = ()\n", "a = f(b c)\n",
		"a = f(b\n", "a = f(,)\n", "a = f(b,, c)\n", "a = f(b..., c)\n", "a = f(b....)\n", "a = [1 2]\n", "a = [,]\n", "a = [1,, 2]\n", "a = [1\n", "a = {1}\n", "a = { b }\n", "a = { b = }\n", "a = { b = 1 c = 2 }\n", "a = { , }\n", "a = { b = 1,, }\n", "a = { b = 1\n, c = 2 }\n", "a = { b => 1 }\n", "a = { b == 1 }\n", "a = { b = 1",
		"a = { b = 1 # }\n", "a = [for]\n", "a = [for.b]\n", "a = [for b in c]\n", "a = [for b in c : d => e]\n", "a = [for b in c : d...]\n", "a = [for b, in c : d]\n", "a = [for b of c : d]\n", "a = { for b in c : d }\n", "a = { for b in c : d => e if }\n", "a = [for b in c : d e]\n", "a = f (b)\n", "a = f(b [0])\n", "a = [b\n.c]\n",
		"a = <<E\n", "a = <<E\nE", "a = <<E\nE b\n", "a = <<E \nE\n", "a = <<\nE\n", "a = << E\nE\n", "a = <<E\n${b\nE\n", "a = <<E\n%{ if b }\nE\n", "a = <<E\nb\rE\nE\n", "a = <<E\n\rE\n", "a { b = <<E\nE\n}\n", "a = 1 /* b", "a = /* b\n", "a = 1 /* b */ c = 2\n", "/", "a = 1 / / 2\n",
		"é = 1\n", "aé = 1\n", "a = \"\xff\"\n", "# \xff\n", "\xef\xbb\xbfa = 1\n", "a = 1\r", "a = 1\u00a0\n", "\x00", "a = b\x00\n", "a \"b\x00\" {}\n", "a = “b”\n",
	}
}

func TestPlainHCL(t *testing.T) {
	t.Parallel()
	for _, text := range plainSamples() {
		if !comparePlainHCL(t, []byte(text)) {
			t.Errorf("not plain: %q", text)
		}
	}
	for _, text := range oddSamples() {
		if comparePlainHCL(t, []byte(text)) {
			t.Errorf("plain: %q", text)
		}
	}
}

// A text is plain only well within the bounds of this package.
func TestPlainHCLIsBounded(t *testing.T) {
	t.Parallel()
	nested := func(start, end string) func(int) string {
		return func(n int) string { return "a = " + strings.Repeat(start, n) + "1" + strings.Repeat(end, n) + "\n" }
	}
	for name, c := range map[string]struct {
		text     func(n int) string
		few, far int
	}{
		"bytes":        {func(n int) string { return "a = 1 #" + strings.Repeat("b", n) }, 60_000, 70_000},
		"parentheses":  {nested("(", ")"), 50, 100},
		"tuples":       {nested("[", "]"), 50, 100},
		"objects":      {nested("{a=", "}"), 50, 100},
		"calls":        {nested("f(", ")"), 50, 100},
		"indexes":      {nested("a[", "]"), 50, 100},
		"texts":        {nested("\"${", "}\""), 50, 100},
		"signs":        {nested("-", ""), 50, 100},
		"conditionals": {nested("a ? b : ", ""), 50, 100},
		"blocks":       {func(n int) string { return strings.Repeat("a {\n", n) + strings.Repeat("}\n", n) }, 50, 100},
		"arguments":    {func(n int) string { return numbered("a%d = 1\n", n) }, 200, 300},
		"choices":      {func(n int) string { return "a = [" + strings.Repeat("a ? b : c,", n) + "]\n" }, 900, 1100},
		"splats":       {func(n int) string { return "a = [" + strings.Repeat("a[*],", n) + "]\n" }, 900, 1100},
		"old splats":   {func(n int) string { return "a = [" + strings.Repeat("a.*.b,", n) + "]\n" }, 900, 1100},
		"products":     {func(n int) string { return "a = 1" + strings.Repeat("*1", n) + "\n" }, 900, 1100},
		"lines":        {func(n int) string { return "a = <<E\n" + strings.Repeat("\n", n) + "E\n" }, 10_000, 40_000},
		"dollars":      {func(n int) string { return "a = \"" + strings.Repeat("$a", n) + "\"\n" }, 1000, 30_000},
	} {
		if !comparePlainHCL(t, []byte(c.text(c.few))) {
			t.Errorf("%s: %d are not plain", name, c.few)
		}
		if comparePlainHCL(t, []byte(c.text(c.far))) {
			t.Errorf("%s: %d are plain", name, c.far)
		}
	}
}

// What the library copies for all texts of a folder together is bounded, where they are plain too.
func TestPlainHCLSpends(t *testing.T) {
	t.Parallel()
	m := newModule(tree.NewBudget(1))
	text := []byte("a = <<E\n" + strings.Repeat("b\n", 3000) + "E\n")
	if !comparePlainHCL(t, text) {
		t.Fatal("not plain")
	}
	read := 0
	for ; read < 100; read++ {
		if _, err := m.nextPiece("a.tf", text, hcl.InitialPos, pieceSize); err != nil {
			break
		}
	}
	if read < 10 || read == 100 {
		t.Errorf("%d texts are read", read)
	}
}

// realisticHCL are files such as people write.
func realisticHCL() []string {
	return []string{
		"terraform {\n  required_version = \">= 1.3\"\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 5.0\"\n    }\n  }\n}\n\nprovider \"aws\" {\n  region = var.region\n}\n",
		"variable \"subnets\" {\n  description = \"Subnets of the network, é.\"\n  type = list(object({\n    name = string\n    cidr = optional(string, \"10.0.0.0/16\")\n  }))\n  default  = []\n  nullable = false\n  validation {\n    condition = alltrue([\n      for s in var.subnets : can(regex(\"^[a-z]+$\", s.name))\n    ])\n    error_message = \"Names must match ^[a-z]+$.\"\n  }\n}\n",
		"locals {\n  # names\n  names = { for k, v in var.sets : \"${k}-${v.name}\" => merge(v, { id = \"x-${k}\" }) if v.enabled }\n  all   = flatten([for s in local.sets : [for n in s.names : { s = s, n = n }]])\n  on    = var.a == null ? false : !var.b && length(var.c) > 0\n}\n",
		"resource \"aws_instance\" \"web\" {\n  count         = var.create ? 1 : 0\n  ami           = data.aws_ami.ubuntu[0].id\n  subnet_ids    = aws_subnet.all[*].id\n  user_data     = <<-EOF\n    #!/bin/bash\n    echo \"Hello ${var.name}\" > /tmp/$${USER}\n    export A=$HOME B=$(date +%Y)\n  EOF\n  tags = merge(local.tags, {\n    Name = \"web-${count.index + 1}\"\n  })\n  dynamic \"ebs\" {\n    for_each = toset(var.disks...)\n    content {\n      size = ebs.value[\"size\"]\n    }\n  }\n  lifecycle { ignore_changes = [ami, tags[\"x\"]] }\n}\n",
		"module \"project\" {\n  source   = \"../../modules/project\"\n  for_each = { for p in local.projects : p.id => p }\n  iam = {\n    \"roles/owner\" = [\"user:a@b.example\", module.sa.iam_email]\n    (local.role)  = []\n  }\n  services = concat(\n    var.services,\n    try(each.value.services, [\n      \"compute.googleapis.com\", # always\n    ]),\n  )\n}\n\noutput \"id\" { value = module.project[\"a\"].id }\n",
		"region = \"eu-west-1\"\nzones  = [\"a\", \"b\"]\nlabels = {\n  env = \"prod\"\n}\n",
		"resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{\n      Action : [\"s3:*\"]\n      Effect   = \"Allow\",\n      Resource = \"${aws_s3_bucket.b.arn}/*\"\n    }]\n  })\n  moved = a.b.*.c[0]\n}\n",
	}
}

// What people write is plain: the library has to read little of it.
func TestRealisticHCLIsPlain(t *testing.T) {
	t.Parallel()
	for _, text := range realisticHCL() {
		for _, text := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.TrimSuffix(text, "\n")} {
			if !comparePlainHCL(t, []byte(text)) {
				t.Errorf("not plain:\n%s", text)
			}
		}
	}
}

// mutate changes a text at random: pieces of it and of others are deleted, doubled, swapped and
// inserted.
func mutate(random *rand.Rand, text string, others []string) string {
	const signs = "${}%\"\\\r\n\n#/*()[]<>=:?!&|.,-+~;'@ 0e1_aEE\tifor\x00"
	for range 1 + random.IntN(2)*random.IntN(2) {
		from := random.IntN(len(text) + 1)
		to := min(len(text), from+1+random.IntN(1+random.IntN(12)))
		other := others[random.IntN(len(others))]
		start := random.IntN(len(other) + 1)
		end := min(len(other), start+random.IntN(20))
		sign := random.IntN(len(signs))
		switch random.IntN(8) {
		case 0:
			text = text[:from] + text[to:]
		case 1:
			text = text[:to] + text[from:to] + text[to:]
		case 2, 3:
			text = text[:from] + signs[sign:sign+1] + text[from:]
		case 4:
			text = text[:from] + signs[sign:sign+1] + text[to:]
		case 5:
			text = text[:from] + other[start:end] + text[to:]
		case 6:
			text = text[:from] + other + text[from:]
		default:
			text = text[:from]
		}
	}
	return text
}

// Whatever is done to a text, the library reads it as long as it is plain.
func TestPlainHCLIsAsTheLibrary(t *testing.T) {
	t.Parallel()
	const mutants = 40_000
	random := rand.New(rand.NewPCG(1, 2))
	small, large := slices.Concat(plainSamples(), oddSamples()), realisticHCL()
	plain := 0
	for range mutants {
		text := small[random.IntN(len(small))]
		for random.IntN(4) == 0 {
			text += small[random.IntN(len(small))]
		}
		if random.IntN(40) == 0 {
			text = large[random.IntN(len(large))]
		}
		if comparePlainHCL(t, []byte(mutate(random, text, small))) {
			plain++
		}
	}
	if plain < mutants/20 {
		t.Errorf("%d of %d texts are plain: too few to learn from", plain, mutants)
	}
}

func FuzzPlainHCL(f *testing.F) {
	for _, text := range slices.Concat(plainSamples(), oddSamples(), realisticHCL()) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { comparePlainHCL(t, text) })
}

// The plan takes a plain file of Terraform by its name, unless it may name images.
func TestPlainTerraform(t *testing.T) {
	t.Parallel()
	const image = "resource \"docker_container\" \"a\" {\n  image = \"b\"\n}\n"
	for _, c := range []struct {
		file, text    string
		with, without bool // the images
		role          Role
	}{
		{"a.tf", "a {}\n", true, true, RoleTemplate},
		{"x/A.TF", "a {}\n", true, true, RoleTemplate},
		{"a.tf", "", true, true, RoleTemplate},
		{"a.tf", "\xef\xbb\xbfa {}\r\n", true, true, RoleTemplate},
		{"a.tf", "\xff\xfea\x00 \x00{\x00}\x00", true, true, RoleTemplate},
		{"a.tf", "a = \"\xe9\"\n", true, true, RoleTemplate},
		{"a.tf", image, false, true, RoleTemplate},
		{"a.tf", "a {\n", false, false, 0},
		{"a.tf", "a = 1\na = 2\n", false, false, 0},
		{"a.tfvars", "a = 1\n", true, true, RoleHelper},
		{"a.tfvars", image, true, true, RoleHelper},
		{"a.tf.json", "{}", false, false, 0},
		{"a.hcl", "a {}\n", false, false, 0},
	} {
		for _, images := range []bool{true, false} {
			isPlain := c.without
			if images {
				isPlain = c.with
			}
			got := PlainTerraform(c.file, []byte(c.text), images)
			if (got != nil) != isPlain {
				t.Errorf("%s with %q: %+v, plain: %t", c.file, c.text, got, isPlain)
			}
			if got != nil && (got.Path != c.file || got.Role != c.role || got.Language.Framework != Terraform) {
				t.Errorf("%s with %q: %+v", c.file, c.text, got)
			}
		}
	}
}

// Each type of resource that names images has a word that is looked for.
func TestMayHoldImages(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"aws_ecs_task_definition container_definitions", "aws_batch_job_definition container_properties", "aws_lambda_function image_uri",
		"aws_apprunner_service source_configuration image_repository image_identifier", "docker_container image", "docker_image name",
		"kubernetes_pod_v1 container", "google_cloud_run_v2_job containers", "azurerm_container_group container",
	} {
		typ, _, _ := strings.Cut(text, " ")
		if imageKeys(typ) == nil || !MayHoldImages([]byte(text)) {
			t.Errorf("%s: no images", text)
		}
	}
	if MayHoldImages([]byte("resource \"google_project_service\" \"a\" {\n  service = \"container.googleapis.com\"\n}\n")) {
		t.Error("a name of a service may hold images")
	}
}
