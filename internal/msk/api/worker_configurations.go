package api

import "github.com/millrace/millrace/internal/msk/model"

func createWorkerConfiguration(c *call) (any, error) {
	r := model.CreateWorkerConfiguration{Invocation: c.invocation()}
	if err := read(c, &r, decodeCreateWorkerConfiguration); err != nil {
		return nil, err
	}
	return c.service.CreateWorkerConfiguration(c, r)
}

func decodeCreateWorkerConfiguration(o object, r *model.CreateWorkerConfiguration) {
	r.Description, r.Name = o.text("description"), o.text("name")
	r.Content = o.text("propertiesFileContent")
	r.Tags = o.textMap("tags")
}

func listWorkerConfigurations(c *call) (any, error) {
	return list(c, "workerConfigurations", "namePrefix", c.service.ListWorkerConfigurations)
}

func describeWorkerConfiguration(c *call) (any, error) {
	return c.service.DescribeWorkerConfiguration(c, c.arn)
}

func deleteWorkerConfiguration(c *call) (any, error) {
	return c.service.DeleteWorkerConfiguration(c, c.arn)
}
