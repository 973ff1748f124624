package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/kintsugi-app/kintsugi/app/server"
)

// TestComposeStarts reads the settings as a container of docker-compose.yml
// gets them, those of the image included.
func TestComposeStarts(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Secrets     []string          `yaml:"secrets"`
			Deploy      struct {
				Replicas int `yaml:"replicas"`
			} `yaml:"deploy"`
		} `yaml:"services"`
		Secrets map[string]struct {
			File string `yaml:"file"`
		} `yaml:"secrets"`
	}
	read(t, "../../docker-compose.yml", &compose)
	service := compose.Services["kintsugi"]
	if service.Deploy.Replicas != 2 {
		t.Errorf("%d replicas", service.Deploy.Replicas)
	}
	folder := t.TempDir()
	contents := map[string]string{
		"app.pem": string(newHub(t).PrivateKeyPEM()), "webhook_secret": "a-secret-for-this-test\n", "database_url": "postgres://kintsugi:it@database/kintsugi",
	}
	for _, name := range service.Secrets {
		if compose.Secrets[name].File != "./secrets/"+name {
			t.Errorf("the secret %s lies in %q", name, compose.Secrets[name].File)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(contents[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	image := imageEnvironment(t)
	environment := maps.Clone(image)
	maps.Copy(environment, service.Environment)
	for name, value := range environment {
		value = strings.Replace(value, "/run/secrets/", folder+"/", 1)
		if strings.HasPrefix(value, "${") { // set by whoever runs it
			value = map[string]string{server.AppID: "7"}[name]
		}
		environment[name] = value
	}
	config, err := server.ReadSettings(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	if config.DatabaseURL != contents["database_url"] || config.WebhookSecrets[0] != "a-secret-for-this-test" || config.AppID != 7 {
		t.Errorf("read %+v", config)
	}
	known := map[string]bool{}
	for _, setting := range server.ServeSettings() {
		known[setting.Name] = true
	}
	for name := range environment {
		if !known[name] {
			t.Errorf("%s is no setting", name)
		}
	}
	if _, ok := image[server.DatabaseURL]; !ok {
		t.Error("the image sets no database: this test does not see what it is for")
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var setInImage = regexp.MustCompile(`(?m)^ENV (KINTSUGI_\w+)=(\S+)$`)

// imageEnvironment is what the Dockerfile sets.
func imageEnvironment(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, match := range setInImage.FindAllStringSubmatch(string(data), -1) {
		set[match[1]] = match[2]
	}
	return set
}
