package login

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// isolate keeps the AWS SDK away from the machine's own configuration.
func isolate(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	return dir
}

func TestMSKIAM(t *testing.T) {
	dir := isolate(t)
	credentials := "[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = sss\n[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = sss\n"
	if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte(credentials), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		options, host, region string // region in AWS_REGION
		credential            string // access key and region of the scope
		fails                 string
	}{
		{"", "b-1.x.kafka.eu-west-1.amazonaws.com:9098", "", "AKIADEFAULT eu-west-1", ""},
		{`awsProfileName="prod"`, "b-1.x.kafka.cn-north-1.amazonaws.com.cn:9098", "", "AKIAPROD cn-north-1", ""},
		{`awsProfileName="prod"`, "kafka.example:9098", "us-west-2", "AKIAPROD us-west-2", ""},
		{`awsProfileName="nobody"`, "kafka.example:9098", "us-west-2", "", "load the AWS configuration"},
		{"", "kafka.example:9098", "", "", "cannot determine the region"},
	} {
		t.Setenv("AWS_REGION", test.region)
		m, err := Mechanism(map[string]string{
			"sasl.mechanism":                     "AWS_MSK_IAM",
			"sasl.jaas.config":                   strings.Replace(iamJaas, ";", " "+test.options+";", 1),
			"sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
		})
		if err != nil {
			t.Fatal(err)
		}
		_, message, err := m.Authenticate(context.Background(), test.host)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%s %s: got %v, want %s", test.options, test.host, err, test.fails)
			}
			continue
		}
		var sent map[string]string
		if err != nil || json.Unmarshal(message, &sent) != nil {
			t.Errorf("%s %s: got %s, %v", test.options, test.host, message, err)
			continue
		}
		parts := strings.Split(sent["x-amz-credential"], "/")
		if len(parts) != 5 || parts[0]+" "+parts[2] != test.credential || sent["action"] != "kafka-cluster:Connect" {
			t.Errorf("%s %s: got %v", test.options, test.host, sent)
		}
	}
}
