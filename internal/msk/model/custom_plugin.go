package model

import "strings"

const maxObjectKey = 1024 // bytes, as S3 has it

// ContentType is the type of a plugin's file.
type ContentType string

// The types of plugin files.
const (
	ContentJAR ContentType = "JAR"
	ContentZIP ContentType = "ZIP"
)

// PluginLocation says where the file of a plugin is.
type PluginLocation struct {
	S3 S3Location `json:"s3Location"`
}

// S3Location is an object, in its latest version unless one is named.
type S3Location struct {
	BucketARN     string `json:"bucketArn"`
	FileKey       string `json:"fileKey"`
	ObjectVersion string `json:"objectVersion,omitempty"`
}

// Bucket returns the name of the bucket, which is empty when the ARN is none of a
// bucket.
func (l S3Location) Bucket() string {
	parts := strings.SplitN(l.BucketARN, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "s3" || strings.Contains(parts[5], "/") {
		return ""
	}
	return parts[5]
}

// CustomPlugin is a plugin as the API describes and lists it.
type CustomPlugin struct {
	CreationTime Time        `json:"creationTime,omitzero"`
	ARN          ARN         `json:"customPluginArn"`
	State        PluginState `json:"customPluginState"`
	Description  string      `json:"description,omitempty"`
	// LatestRevision is nil until the file was fetched and found good.
	LatestRevision *PluginRevision `json:"latestRevision,omitempty"`
	Name           string          `json:"name"`
	// StateDescription says why the plugin is CREATE_FAILED. Lists leave it out.
	StateDescription *StateDescription `json:"stateDescription,omitempty"`
}

// PluginRevision is a revision of a plugin. There is only revision 1.
type PluginRevision struct {
	ContentType  ContentType     `json:"contentType"`
	CreationTime Time            `json:"creationTime,omitzero"`
	Description  string          `json:"description,omitempty"`
	File         FileDescription `json:"fileDescription"`
	Location     PluginLocation  `json:"location"`
	Revision     int64           `json:"revision"`
}

// FileDescription describes the file that was fetched.
type FileDescription struct {
	// MD5 is in hex.
	MD5  string `json:"fileMd5"`
	Size int64  `json:"fileSize"`
}

// CreateCustomPlugin is the request to create a plugin.
type CreateCustomPlugin struct {
	ContentType ContentType       `json:"contentType"`
	Description string            `json:"description,omitempty"`
	Location    PluginLocation    `json:"location"`
	Name        string            `json:"name"`
	Tags        map[string]string `json:"tags,omitzero"`
	// Invocation is as in [CreateConnector].
	Invocation string `json:"-"`
}

// CustomPluginCreated is the answer to [CreateCustomPlugin].
type CustomPluginCreated struct {
	ARN      ARN         `json:"customPluginArn"`
	State    PluginState `json:"customPluginState"`
	Name     string      `json:"name"`
	Revision int64       `json:"revision"`
}

// Validate returns a BadRequestException that says all that is wrong with the request
// itself. Whether the object exists turns out later.
func (r *CreateCustomPlugin) Validate() error {
	var p problems
	choice(&p, "contentType", r.ContentType, ContentJAR, ContentZIP)
	p.description("description", r.Description)
	r.Location.S3.check(&p)
	p.name("name", r.Name)
	checkTags(&p, r.Tags)
	return p.err()
}

func (l S3Location) check(p *problems) {
	const at = "location.s3Location."
	switch {
	case l.BucketARN == "" || len(l.BucketARN) > maxText:
		p.required(at+"bucketArn", l.BucketARN)
	case l.Bucket() == "":
		p.add(at + "bucketArn must be the ARN of a bucket")
	}
	if l.FileKey == "" || len(l.FileKey) > maxObjectKey {
		p.add(at+"fileKey must have 1 to %d bytes", maxObjectKey)
	}
	p.optional(at+"objectVersion", l.ObjectVersion)
}

// CustomPluginDeleted is the answer to a request to delete a plugin.
type CustomPluginDeleted struct {
	ARN   ARN         `json:"customPluginArn"`
	State PluginState `json:"customPluginState"`
}
