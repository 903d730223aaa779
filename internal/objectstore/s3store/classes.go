package s3store

import "strings"

// DefaultProvider is the class of the AWS SDK for Java that stands for Default.
const DefaultProvider = javaSDK2 + "DefaultCredentialsProvider"

const (
	javaSDK2 = "software.amazon.awssdk.auth.credentials."
	javaSDK1 = "com.amazonaws.auth."
)

// KindOf returns the source of credentials that a class stands for: one of the AWS
// SDKs for Java, 1 and 2, or of Confluent's connectors.
func KindOf(class string) (Kind, bool) {
	if class == "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider" {
		return AssumeRole, true
	}
	for _, prefix := range []string{javaSDK2, javaSDK1 + "profile.", javaSDK1} {
		if name, ok := strings.CutPrefix(class, prefix); ok {
			return kindNamed(name)
		}
	}
	return Default, false
}

func kindNamed(name string) (Kind, bool) {
	switch name {
	case "DefaultCredentialsProvider", "DefaultAWSCredentialsProviderChain", "AwsCredentialsProviderChain":
		return Default, true
	case "EnvironmentVariableCredentialsProvider":
		return Environment, true
	case "ProfileCredentialsProvider":
		return Profile, true
	case "InstanceProfileCredentialsProvider":
		return Instance, true
	case "WebIdentityTokenCredentialsProvider", "WebIdentityTokenFileCredentialsProvider":
		return WebIdentity, true
	case "AnonymousCredentialsProvider":
		return Anonymous, true
	case "STSAssumeRoleSessionCredentialsProvider":
		return AssumeRole, true
	}
	return Default, false
}
