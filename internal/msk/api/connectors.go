package api

import "github.com/millrace/millrace/internal/msk/model"

func createConnector(c *call) (any, error) {
	r := model.CreateConnector{Invocation: c.invocation()}
	if err := read(c, &r, decodeCreateConnector); err != nil {
		return nil, err
	}
	return c.service.CreateConnector(c, r)
}

func listConnectors(c *call) (any, error) {
	return list(c, "connectors", "connectorNamePrefix", c.service.ListConnectors)
}

func describeConnector(c *call) (any, error) { return c.service.DescribeConnector(c, c.arn) }

func updateConnector(c *call) (any, error) {
	r := model.UpdateConnector{ARN: c.arn, CurrentVersion: c.query.Get("currentVersion")}
	if err := read(c, &r, decodeUpdateConnector); err != nil {
		return nil, err
	}
	return c.service.UpdateConnector(c, r)
}

func deleteConnector(c *call) (any, error) {
	return c.service.DeleteConnector(c, model.DeleteConnector{ARN: c.arn, CurrentVersion: c.query.Get("currentVersion")})
}

func restartConnector(c *call) (any, error) {
	onlyFailed, err := c.flag("onlyFailedTasks")
	if err != nil {
		return nil, err
	}
	return c.service.RestartConnector(c, model.RestartConnector{ARN: c.arn, OnlyFailedTasks: onlyFailed})
}

func pauseConnector(c *call) (any, error) { return c.service.PauseConnector(c, c.arn) }

func resumeConnector(c *call) (any, error) { return c.service.ResumeConnector(c, c.arn) }

func listConnectorOperations(c *call) (any, error) {
	return list(c, "connectorOperations", "", c.service.ListConnectorOperations)
}

func describeConnectorOperation(c *call) (any, error) {
	return c.service.DescribeConnectorOperation(c, c.arn)
}
