package model

const internalPrefix = "__amazon_msk_connect_"

// InternalNames are the topics and the group of a connector's workers. Topics outlive
// the connector.
type InternalNames struct {
	ConfigTopic, OffsetTopic, StatusTopic string
	// Group is the group.id of the workers.
	Group string
}

// InternalNames returns the names that follow from the connector ARN a. The worker
// configuration may name another offset topic.
func (a ARN) InternalNames() InternalNames {
	suffix := a.Name + "_" + a.ID
	return InternalNames{
		ConfigTopic: internalPrefix + "configs_" + suffix,
		OffsetTopic: internalPrefix + "offsets_" + suffix,
		StatusTopic: internalPrefix + "status_" + suffix,
		Group:       internalPrefix + suffix,
	}
}
