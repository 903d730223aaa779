package rest

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/rest/basicauth"
	"github.com/millrace/millrace/internal/workerconfig"
)

// keyLoginConfig is a system property of Java: the path of the JAAS file. Here it may
// also be a key of the worker's configuration.
const keyLoginConfig = "java.security.auth.login.config"

// extensions returns what the REST extensions of a worker do (KIP-285): of those that
// exist for Kafka Connect, basic authentication.
func extensions(cfg *workerconfig.Config, classes []string) (*basicauth.Auth, error) {
	short := basicauth.Class[strings.LastIndex(basicauth.Class, ".")+1:]
	for _, class := range classes {
		if class != basicauth.Class && class != short && class != "" {
			return nil, config.Invalid(keyExtensions, class, "this REST extension is not supported; "+basicauth.Class+" is")
		}
	}
	if !slices.Contains(classes, basicauth.Class) && !slices.Contains(classes, short) {
		return nil, nil
	}
	file := loginConfig(cfg.Originals()[keyLoginConfig], os.Getenv("KAFKA_OPTS"))
	if file == "" {
		return nil, config.Errorf(keyExtensions, "%s needs a JAAS file: set %s in the worker configuration, or -D%[2]s=FILE in the environment variable KAFKA_OPTS",
			short, keyLoginConfig)
	}
	auth, err := basicauth.Open(file)
	if err != nil {
		return nil, &config.Error{Key: keyExtensions, Msg: keyExtensions + ": " + err.Error(), Err: err}
	}
	return auth, nil
}

// loginConfig returns the path of the JAAS file, as given in the configuration or in
// options for the JVM; there the last one counts. It may be a URL, and = before it
// means that no other file counts, which is so in any case.
func loginConfig(given, jvmOptions string) string {
	if given == "" {
		for option := range strings.FieldsSeq(jvmOptions) {
			if path, ok := strings.CutPrefix(option, "-D"+keyLoginConfig+"="); ok {
				given = path
			}
		}
	}
	given = strings.TrimPrefix(given, "=")
	if u, err := url.Parse(given); err == nil && u.Scheme == "file" && u.Path != "" {
		return u.Path
	}
	return given
}

// admit tells whether a request may go on; if not, it has been answered. Workers
// prove who they are by signing their requests, not with a password.
func (a *api) admit(w http.ResponseWriter, req *request, p *pattern, contentType string) bool {
	if a.Auth == nil || p.accepts == rawBody {
		return true
	}
	admitted, err := a.Auth.Admits(req.Header.Values("Authorization"))
	switch {
	case err != nil:
		respond(w, req.Request, contentType, nil, err)
	case !admitted:
		send(w, http.StatusUnauthorized, contentType, []byte("User cannot access the resource."))
	}
	return err == nil && admitted
}
