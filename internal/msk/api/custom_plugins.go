package api

import "github.com/millrace/millrace/internal/msk/model"

func createCustomPlugin(c *call) (any, error) {
	r := model.CreateCustomPlugin{Invocation: c.invocation()}
	if err := read(c, &r, decodeCreateCustomPlugin); err != nil {
		return nil, err
	}
	return c.service.CreateCustomPlugin(c, r)
}

func decodeCreateCustomPlugin(o object, r *model.CreateCustomPlugin) {
	r.ContentType = model.ContentType(o.text("contentType"))
	r.Description, r.Name = o.text("description"), o.text("name")
	location := o.inner("location").inner("s3Location")
	r.Location.S3 = model.S3Location{
		BucketARN: location.text("bucketArn"), FileKey: location.text("fileKey"), ObjectVersion: location.text("objectVersion"),
	}
	r.Tags = o.textMap("tags")
}

func listCustomPlugins(c *call) (any, error) {
	return list(c, "customPlugins", "namePrefix", c.service.ListCustomPlugins)
}

func describeCustomPlugin(c *call) (any, error) { return c.service.DescribeCustomPlugin(c, c.arn) }

func deleteCustomPlugin(c *call) (any, error) { return c.service.DeleteCustomPlugin(c, c.arn) }
