package api

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// What the service model declares for pages of other origins (CORS).
const (
	sharedMethods = "GET, POST, PUT, DELETE"
	sharedHeaders = "Authorization, Date, X-Amz-Date, X-Amz-Security-Token, X-Amz-Target, x-amz-content-sha256, " +
		"X-Amz-User-Agent, x-amzn-platform-id, x-amzn-trace-id, Content-Type, X-Api-Key, Credentials, *"
	exposedHeaders = "x-amzn-errortype, x-amzn-requestid, x-amzn-errormessage, x-amzn-trace-id, x-amz-apigw-id, date"
	shareSeconds   = "86400"
)

// share lets pages of other origins use the API with signatures of theirs, and answers
// the question of a browser whether they may; it is true when that was all.
func (h *handler) share(a *answer) bool {
	if !strings.HasPrefix(a.r.URL.Path, "/v1/") {
		return false
	}
	header := a.w.Header()
	header.Set("Access-Control-Expose-Headers", exposedHeaders)
	if a.r.Method == http.MethodOptions {
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Allow-Methods", sharedMethods)
		header.Set("Access-Control-Allow-Headers", sharedHeaders)
		header.Set("Access-Control-Max-Age", shareSeconds)
		a.write(http.StatusOK, "application/json", nil)
		return true
	}
	// What needs no signature would be there for every page that somebody opens.
	header.Set("Vary", "Origin")
	if origin := a.r.Header.Get("Origin"); origin == "" || localOrigin(origin) || !h.door.open(a.r) {
		header.Set("Access-Control-Allow-Origin", "*")
	}
	return false
}

// localOrigin says whether an origin is a server on this machine.
func localOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	return err == nil && address.IsLoopback() || u.Hostname() == "localhost"
}
