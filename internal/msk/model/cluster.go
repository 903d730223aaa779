package model

// AuthenticationType is how workers say who they are to the cluster.
type AuthenticationType string

// The authentication types.
const (
	AuthenticationNone AuthenticationType = "NONE"
	AuthenticationIAM  AuthenticationType = "IAM"
)

// EncryptionType is how workers talk to the cluster.
type EncryptionType string

// The encryption types.
const (
	EncryptionPlaintext EncryptionType = "PLAINTEXT"
	EncryptionTLS       EncryptionType = "TLS"
)

// NetworkType is the family of addresses of the workers.
type NetworkType string

// The network types.
const (
	NetworkIPv4 NetworkType = "IPV4"
	NetworkDual NetworkType = "DUAL"
)

const maxListed = 100 // elements of a list for which the API names no limit

// KafkaCluster is the cluster that a connector reads and writes.
type KafkaCluster struct {
	Apache ApacheKafkaCluster `json:"apacheKafkaCluster"`
}

// ApacheKafkaCluster says where a cluster is.
type ApacheKafkaCluster struct {
	// BootstrapServers is bootstrap.servers.
	BootstrapServers string `json:"bootstrapServers"`
	VPC              VPC    `json:"vpc"`
}

// VPC is the network of the workers in AWS. It is kept and otherwise not used.
type VPC struct {
	SecurityGroups []string `json:"securityGroups,omitzero"`
	Subnets        []string `json:"subnets"`
}

// ClientAuthentication holds the authentication type.
type ClientAuthentication struct {
	Type AuthenticationType `json:"authenticationType"`
}

// EncryptionInTransit holds the encryption type.
type EncryptionInTransit struct {
	Type EncryptionType `json:"encryptionType"`
}

func (c KafkaCluster) check(p *problems) {
	const at = "kafkaCluster.apacheKafkaCluster."
	p.required(at+"bootstrapServers", c.Apache.BootstrapServers)
	if len(c.Apache.VPC.Subnets) == 0 {
		p.add(at + "vpc.subnets must have at least one element")
	}
	checkList(p, at+"vpc.subnets", c.Apache.VPC.Subnets)
	checkList(p, at+"vpc.securityGroups", c.Apache.VPC.SecurityGroups)
}

func checkList(p *problems, member string, list []string) {
	if len(list) > maxListed {
		p.add("%s must have at most %d elements", member, maxListed)
		return
	}
	for _, text := range list {
		if text == "" || len(text) > maxText {
			p.add("%s must have elements of 1 to %d characters", member, maxText)
			return
		}
	}
}
