package archive

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func inspect(t testing.TB, b []byte, s Settings) (Report, error) {
	t.Helper()
	s.TempDir = t.TempDir()
	r, err := Inspect(t.Context(), bytes.NewReader(b), int64(len(b)), s)
	if left, _ := os.ReadDir(s.TempDir); len(left) > 0 {
		t.Errorf("%d temporary files are left", len(left))
	}
	return r, err
}

const (
	connectPkg = "org.apache.kafka.connect."
	sourceRoot = connectPkg + "source.SourceConnector"
	sinkRoot   = connectPkg + "sink.SinkConnector"
	services   = "META-INF/services/"
)

// names returns the plugins as lines: kind class version jar declared.
func names(r Report) (lines []string) {
	for _, p := range r.Plugins {
		line := fmt.Sprintf("%s %s %s %s", p.Kind, p.Class, p.Version, p.Jar)
		if p.Declared {
			line += " declared"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestInventoryOfJar(t *testing.T) {
	b := pack(
		t,
		text("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Version: 1.2\r\n .3-beta\r\n\r\nName: x\r\nImplementation-Version: 9\r\n"),
		public("a.Source", sourceRoot),
		public("a.Middle", "a.Base"),
		classEntry(flagPublic|flagAbstract, "a.Base", sinkRoot),
		classEntry(flagPublic|flagAbstract|flagInterface, "a.Face", object, connectPkg+"transforms.Transformation"),
		public("a.Cast", object, "a.Other", "a.Face"),
		public("a.Cast$Key", "a.Cast"),
		classEntry(0, "a.Hidden", sourceRoot),
		public("a.Both", object, connectPkg+"storage.Converter", connectPkg+"storage.HeaderConverter"),
		public("a.Derived", connectPkg+"json.JsonConverter"),
		public("a.Predicate", object, connectPkg+"transforms.predicates.Predicate"),
		public("a.Provider", object, "org.apache.kafka.common.config.provider.ConfigProvider"),
		public("a.Extension", object, connectPkg+"rest.ConnectRestExtension"),
		public("a.Policy", connectPkg+"connector.policy.AbstractConnectorClientConfigOverridePolicy"),
		public("a.Foreign", "b.NotHere"),
		public("a.Nothing", object),
		entry{name: "module-info.class", body: classFile(flagModule, "module-info", "")},
		entry{name: "META-INF/versions/17/a/Source.class", body: classFile(flagPublic, "a.Versioned", sourceRoot)},
		text(services+sinkRoot, "# ours\n a.Foreign # odd\n\na.Missing\na.Base\na.Middle"),
		text(services+"java.sql.Driver", "a.Nothing\n"),
		text("a/Broken.class", "no class"),
	)
	r, err := inspect(t, b, Settings{ContentType: JAR})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"source a.Source 1.2.3-beta ",
		"sink a.Foreign 1.2.3-beta  declared",
		"sink a.Middle 1.2.3-beta  declared",
		"converter a.Both 1.2.3-beta ",
		"converter a.Derived 1.2.3-beta ",
		"header_converter a.Both 1.2.3-beta ",
		"header_converter a.Derived 1.2.3-beta ",
		"transformation a.Cast 1.2.3-beta ",
		"transformation a.Cast$Key 1.2.3-beta ",
		"predicate a.Predicate 1.2.3-beta ",
		"configprovider a.Provider 1.2.3-beta ",
		"rest_extension a.Extension 1.2.3-beta ",
		"connector_client_config_override_policy a.Policy 1.2.3-beta ",
	}
	if got := names(r); !slices.Equal(got, want) {
		t.Errorf("plugins:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	sum := md5.Sum(b)
	if r.Size != int64(len(b)) || r.MD5 != hex.EncodeToString(sum[:]) {
		t.Errorf("size %d, MD5 %s", r.Size, r.MD5)
	}
	if want := []Jar{{"", "1.2.3-beta", 15}}; !slices.Equal(r.Jars, want) {
		t.Errorf("jars %+v, want %+v", r.Jars, want)
	}
	problems := strings.Join(r.Problems, "\n")
	for _, want := range []string{"a/Broken.class: ", `a.Missing is declared a sink in ""`, `a.Base is declared a sink in "", but is not`} {
		if len(r.Problems) != 3 || !strings.Contains(problems, want) {
			t.Errorf("problems:\n%s\nwant %q", problems, want)
		}
	}
	if found := r.Find("a.Both"); len(found) != 2 || found[0].Kind != Converter {
		t.Errorf("a.Both: %+v", found)
	}
}

// The classes of all JARs in a ZIP see each other; each has the version of its own.
func TestInventoryOfZip(t *testing.T) {
	base := pack(t, classEntry(flagPublic|flagAbstract, "lib.Base", sourceRoot), public("lib.Mask", object, connectPkg+"transforms.Transformation"),
		text("META-INF/maven/g/lib/pom.properties", "version=7\n"), text("META-INF/maven/g/other/pom.properties", "version=8\n"))
	plugin := pack(t, public("p.Connector", "lib.Base"), text("META-INF/MANIFEST.MF", "Implementation-Version: ${revision}\n"),
		text("kafka/kafka-version.properties", "commitId=ff\nversion=4.3.0\n"))
	b := pack(
		t,
		entry{name: "bundle/"},
		entry{name: "bundle/lib-2.5.jar", body: base},
		entry{name: "bundle/p.JAR", body: plugin},
		text("bundle/._p.jar", "resource fork"),
		text("__MACOSX/bundle/x.jar", "resource fork"),
		text("README.md", "read me"),
		public("loose.Sink", sinkRoot),
		public("lib.Mask", object), // the first one counts
	)
	r, err := inspect(t, b, Settings{ContentType: ZIP})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"source p.Connector 4.3.0 bundle/p.JAR",
		"sink loose.Sink  ",
		"transformation lib.Mask 2.5 bundle/lib-2.5.jar",
	}
	if got := names(r); !slices.Equal(got, want) {
		t.Errorf("plugins %q, want %q", got, want)
	}
	jars := []Jar{{"", "", 2}, {"bundle/lib-2.5.jar", "2.5", 2}, {"bundle/p.JAR", "4.3.0", 1}}
	if !slices.Equal(r.Jars, jars) || len(r.Problems) > 0 {
		t.Errorf("jars %+v, want %+v; problems %q", r.Jars, jars, r.Problems)
	}
}

func TestVersion(t *testing.T) {
	for name, tc := range map[string]struct {
		jar     string
		entries []entry
		want    string
	}{
		"manifest before all": {"x-9.9.jar", []entry{text("META-INF/MANIFEST.MF", "Bundle-Version: 3\nimplementation-version: 1\n"), text("a-version.properties", "version=2")}, "1"},
		"resource":            {"x-9.9.jar", []entry{text("a/kafka-connect-s3-version.properties", "version = 2"), text("META-INF/maven/g/a/pom.properties", "version=4")}, "2"},
		"build.version":       {"x.jar", []entry{text("io/x/build.version", "version=2.1.Final")}, "2.1.Final"},
		"connect.version":     {"x.jar", []entry{text("connect.version", "version=6")}, "6"},
		"one pom":             {"x-9.9.jar", []entry{text("META-INF/maven/g/a/pom.properties", "version=4")}, "4"},
		"bundle":              {"x-9.9.jar", []entry{text("META-INF/MANIFEST.MF", "Bundle-Version: 3\n")}, "3"},
		"name":                {"d/kafka-connect-x-10.7.6-SNAPSHOT.jar", nil, "10.7.6-SNAPSHOT"},
		"name without":        {"d/kafka-connect-2x.jar", nil, ""},
		"control characters":  {"x.jar", []entry{text("connect.version", `version=6\u0000`)}, ""},
		"too long":            {"x.jar", []entry{text("META-INF/MANIFEST.MF", "Implementation-Version: 1"+strings.Repeat("\n 1", 4000)+"\n")}, ""},
		"no properties":       {"x.jar", []entry{text("connect.version", `version=\uXX`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			jar := pack(t, append(tc.entries, public("a.A", sourceRoot))...)
			r, err := inspect(t, pack(t, entry{name: tc.jar, body: jar}), Settings{ContentType: ZIP})
			if err != nil || r.Plugins[0].Version != tc.want {
				t.Errorf("%+v, %v; want version %q", r.Plugins, err, tc.want)
			}
		})
	}
}

// Archives whose classes lead in a circle, or are derived deeper than anybody needs.
func TestStrangeHierarchies(t *testing.T) {
	deep := []entry{public("d.C0", sourceRoot)}
	for i := range 2 * maxAncestors {
		deep = append(deep, public(fmt.Sprintf("d.C%d", i+1), fmt.Sprintf("d.C%d", i)))
	}
	r, err := inspect(t, pack(t, append(deep, public("c.A", "c.B"), public("c.B", "c.A", "c.B"))...), Settings{ContentType: JAR})
	if err != nil || len(r.Find("d.C1")) != 1 || len(r.Find("c.A")) != 0 {
		t.Errorf("%d plugins, %v", len(r.Plugins), err)
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := pack(t, public("a.A", sourceRoot))
	if _, err := Inspect(ctx, bytes.NewReader(b), int64(len(b)), Settings{ContentType: JAR}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// What the Java compiler writes is read as what the tests write.
func TestCompiledClasses(t *testing.T) {
	javac, err := exec.LookPath("javac")
	if err != nil {
		t.Skip("javac is not on the PATH: no class of a real compiler is read")
	}
	dir := t.TempDir()
	sources := map[string]string{
		"org/apache/kafka/connect/transforms/Transformation.java": `package org.apache.kafka.connect.transforms; public interface Transformation<R> { R apply(R r); }`,
		"org/apache/kafka/connect/sink/SinkConnector.java":        `package org.apache.kafka.connect.sink; public abstract class SinkConnector { }`,
		"p/Mask.java": `package p;
			public abstract class Mask<R> implements org.apache.kafka.connect.transforms.Transformation<R> {
				static final long BIG = 1L << 40; static final double D = 1.5e300;
				public static class Key<R> extends Mask<R> { public R apply(R r) { Runnable x = () -> System.out.println("k" + r + BIG + D); x.run(); return r; } }
				private static class Secret<R> extends Key<R> { }
			}`,
		"p/Sink.java": `package p; public final class Sink extends org.apache.kafka.connect.sink.SinkConnector { record Pair(int a, String b) { } enum Color { RED } }`,
	}
	args := []string{"-d", dir}
	for name, source := range sources {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(source), 0o644)); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command(javac, args...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	var entries []entry
	for _, pattern := range []string{"p/*.class", "org/apache/kafka/connect/*/*.class"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(dir, file)
			entries = append(entries, entry{name: filepath.ToSlash(name), body: body})
		}
	}
	r, err := inspect(t, pack(t, entries...), Settings{ContentType: JAR})
	want := []string{"sink p.Sink  ", "transformation p.Mask$Key  "}
	if got := names(r); err != nil || !reflect.DeepEqual(got, want) || len(r.Problems) > 0 || r.Jars[0].Classes != len(entries) {
		t.Errorf("plugins %q, want %q; %d of %d classes, problems %q, %v", got, want, r.Jars[0].Classes, len(entries), r.Problems, err)
	}
}
