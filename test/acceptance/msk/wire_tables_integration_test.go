//go:build integration

package msk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestTables goes through what the service model and the documents say of each member,
// key and parameter. The tables need one control plane, and no worker.
func TestTables(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	s.plugin = s.newPlugin("files")
	for _, c := range []check{
		{"members", nil, members},
		{"limits", nil, limits},
		{"updates", nil, updateBodies},
		{"worker keys", nil, workerKeys},
		{"properties", nil, propertiesSyntax},
		{"tags", nil, tagLimits},
		{"ARNs", nil, arnForms},
		{"tokens", nil, tokens},
		{"plugin files", nil, pluginFiles},
		{"retries", nil, retries},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(&stage{t, p, s.sdk, s.plugin}) })
	}
}

// document is a JSON object of a request.
type document map[string]any

// missing is the value of a member that is taken away.
type missing struct{}

// with returns a copy in which the member at the path, as a.b.0.c, has the value.
func (d document) with(path string, value any) document {
	var changed document
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &changed)
	}
	if err != nil {
		panic(err)
	}
	names := strings.Split(path, ".")
	last := names[len(names)-1]
	var at any = map[string]any(changed)
	for _, name := range names[:len(names)-1] {
		at = inside(at, name)
	}
	object := at.(map[string]any)
	if object[last] = value; value == any(missing{}) {
		delete(object, last)
	}
	return changed
}

func inside(at any, name string) any {
	if i, err := strconv.Atoi(name); err == nil {
		return at.([]any)[i]
	}
	object := at.(map[string]any)
	if object[name] == nil {
		object[name] = map[string]any{}
	}
	return object[name]
}

func (d document) String() string {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// connector returns a request for a connector with all members, whose brokers cannot be
// reached.
func (s *stage) connector(name string) document {
	object := func(members ...any) map[string]any {
		o := map[string]any{}
		for i := 0; i+1 < len(members); i += 2 {
			o[members[i].(string)] = members[i+1]
		}
		return o
	}
	return document{
		"connectorName": name, "kafkaConnectVersion": "3.7.x", "connectorDescription": "of a table", "networkType": "IPV4",
		"connectorConfiguration": object("connector.class", fileSource, "topic", "t", "file", "/none"),
		"capacity":               object("provisionedCapacity", object("mcuCount", 1, "workerCount", 1)),
		"kafkaCluster": object("apacheKafkaCluster", object("bootstrapServers", "127.0.0.1:1",
			"vpc", object("subnets", []string{"subnet-b", "subnet-a"}, "securityGroups", []string{"sg-1"}))),
		"kafkaClusterClientAuthentication": object("authenticationType", "NONE"),
		"kafkaClusterEncryptionInTransit":  object("encryptionType", "PLAINTEXT"),
		"plugins":                          []any{object("customPlugin", object("customPluginArn", *s.plugin, "revision", 1))},
		"serviceExecutionRoleArn":          "arn:aws:iam::" + account + ":role/connect",
		"workerConfiguration":              object("workerConfigurationArn", s.strange("worker-configuration"), "revision", 1),
		"logDelivery": object("workerLogDelivery", object("cloudWatchLogs", object("enabled", false, "logGroup", "g"),
			"firehose", object("enabled", false, "deliveryStream", "d"), "s3", object("enabled", false, "bucket", "b", "prefix", "p"))),
		"tags": object("a", "b"),
	}
}

// strange returns an ARN of nothing. A request that is right but for it is answered with
// a NotFoundException, and nothing is made.
func (s *stage) strange(kind string) string {
	return "arn:aws:kafkaconnect:" + region + ":" + account + ":" + kind + "/none/12345678-09e7-4abc-8be8-c657f7e4ff32-2"
}

// posted sends a body.
func (s *stage) posted(path string, body document) reply {
	s.Helper()
	return s.send(s.T, request{line: "POST /v1/" + path, body: body.String()})
}

// isRightButFor checks that nothing was wrong with a request but a strange ARN.
func (s *stage) isRightButFor(what string, got reply) {
	s.Helper()
	s.isRefused(what, got, http.StatusNotFound, "NotFoundException")
}

// names checks that the message of a BadRequestException has the words.
func (s *stage) names(what string, got reply, words ...string) {
	s.Helper()
	s.isBadRequest(what, got)
	for _, word := range words {
		if !strings.Contains(got.message, word) {
			s.Errorf("%s: the message %q lacks %q", what, got.message, word)
		}
	}
}
