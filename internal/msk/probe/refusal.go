package probe

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// explainer says what to mend when a bucket cannot be used.
type explainer struct {
	use  *s3store.Use
	kind s3store.Kind // of credentials, as the configuration says
	role string       // whose credentials the workers have; "" for the environment's
}

func (e *explainer) explain(r *s3store.Refusal) error {
	bucket, keys := e.use.Settings.Bucket, &e.use.Keys
	said := ""
	if r.Said != "" {
		said = " (" + r.Said + ")"
	}
	code, text := model.ReasonS3AccessDenied, ""
	switch r.Reason {
	case s3store.Missing:
		code = model.ReasonBucketNotFound
		text = fmt.Sprintf("the bucket %s does not exist at %s%s; create it, or correct %s, %s or %s", bucket, e.place(), said, keys.Bucket, keys.Region, keys.Endpoint)
	case s3store.Elsewhere:
		code = model.ReasonBucketNotFound
		text = fmt.Sprintf("the bucket %s of %s is not in the region %s%s; set %s to %s",
			bucket, keys.Bucket, e.use.Settings.Region, said, keys.Region, cmp.Or(r.Region, "that of the bucket"))
	case s3store.Unreachable:
		code = model.ReasonS3Unreachable
		text = fmt.Sprintf("S3 cannot be reached at %s%s; check %s and %s, and the routes, firewalls and DNS servers of this machine", e.place(), said, keys.Endpoint, keys.Region)
	case s3store.NoCredentials:
		text = fmt.Sprintf("there are no credentials for the bucket %s: %s cannot be had%s; %s", bucket, e.who(), said, e.remedy())
	case s3store.WrongCredentials:
		text = fmt.Sprintf("S3 at %s does not accept %s for the bucket %s%s; %s", e.place(), e.who(), bucket, said, e.remedy())
	default:
		text = fmt.Sprintf("%s must not use the bucket %s of %s: %s is lacking%s; needed is %s", e.who(), bucket, keys.Bucket, r.Right, said, e.rights())
	}
	return &operate.Failure{Code: code, Message: text, Err: r}
}

// who names the credentials.
func (e *explainer) who() string {
	switch {
	case e.kind == s3store.Static:
		return "the access keys of " + e.use.Keys.Access
	case e.kind == s3store.AssumeRole:
		return "the credentials of the role in " + e.use.Keys.Role
	case e.kind == s3store.Anonymous:
		return "requests without credentials, as " + e.use.Keys.Class + " asks for,"
	case e.kind == s3store.Default && e.role != "":
		return "the credentials of the service execution role " + e.role
	case e.role != "":
		return "the credentials that " + e.use.Keys.Class + " asks for, and not those of the service execution role,"
	}
	return "the credentials in the environment of the workers"
}

// remedy is for credentials that are missing or wrong.
func (e *explainer) remedy() string {
	keys := &e.use.Keys
	switch e.kind {
	case s3store.Static:
		return "correct them"
	case s3store.AssumeRole:
		return "correct " + keys.Role + ", or the role's trust policy"
	}
	return "correct them, or set " + keys.Access
}

// place is where the bucket was looked for. It shows nothing of the endpoint but the
// host: before that there may be a password.
func (e *explainer) place() string {
	s := &e.use.Settings
	if s.Endpoint == "" {
		return "the endpoint of the region " + s.Region
	}
	_, address, found := strings.Cut(s.Endpoint, "://")
	if !found {
		address = s.Endpoint
	}
	if u, err := url.Parse("//" + address); err == nil && u.Host != "" {
		return u.Host
	}
	return "what " + e.use.Keys.Endpoint + " says"
}

// rights are those that the connector needs.
func (e *explainer) rights() string {
	if e.use.Reads != nil {
		return "s3:ListBucket for the bucket and s3:GetObject for its objects"
	}
	text := "s3:PutObject, which is for parts of objects, too, and s3:AbortMultipartUpload for objects such as " + e.use.Name
	if e.use.Settings.Encryption.KMSKey != "" || strings.HasPrefix(e.use.Tuning.ServerSide, "aws:kms") {
		text += ", and kms:GenerateDataKey and kms:Decrypt for the key"
	}
	return text
}
