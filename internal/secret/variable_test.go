package secret

import (
	"testing"
)

func TestCredentialVariables(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"SCANGATE_API_KEY": true, "INPUT_API_KEY": true, "ACTIONS_RUNTIME_URL": true, "SCANGATE_BRANCH": true, "input_x": true,
		"AWS_SECRET_ACCESS_KEY": true, "GITHUB_TOKEN": true, "TOKEN": true, "DB_PASSWORD": true, "CREDENTIAL": true, "my_key_id": true,
		"_KEY_": true,
		"TAG":   false, "KEYCLOAK_VERSION": false, "MONKEY": false, "TOKENIZER_TAG": false, "PASSWORDLESS": false,
		"INPUT": false, "SCANGATE": false, "MY_ACTIONS_URL": false, "": false, "SECRETS_IMAGE": false,
	} {
		if got := IsCredentialVariable(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
