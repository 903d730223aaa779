//go:build integration

package msk

import (
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
)

// deletionChecks are about what goes, and what stays.
func deletionChecks() []check {
	return []check{
		{"deletion", []int{57, 58}, deleteSink},
		{"deletion, twice", []int{59}, deleteTwice},
		{"creation after deletion", []int{60}, createAgain},
		{"deletion of plugin and worker configuration", []int{56, 61}, deleteResources},
	}
}

func deleteSink(s *stage) {
	s.createTopic(s.T, "deleted")
	s.produce(s.T, "deleted", "a", "b")
	config := map[string]string{"connector.class": fileSink, "tasks.max": "1", "topics": "deleted", "file": s.file("deleted.out")}
	arn, _ := s.run(s.input("deleted", config))
	s.awaitFile("deleted.out", "a\nb\n")
	_, err := s.sdk.DeleteConnector(s.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: arn, CurrentVersion: aws.String("KWRONG")})
	refused[*types.BadRequestException](s, "wrong version", err)
	s.delete(arn)
	_, id, _ := strings.Cut(*arn, ":connector/")
	if name := "__amazon_msk_connect_offsets_" + strings.Replace(id, "/", "_", 1); !contains(s.topics(s.T), name) {
		s.Errorf("topic %s is gone", name)
	}
	committed, err := s.admin.FetchOffsets(s.Context(), "connect-deleted")
	if o, ok := committed.Lookup("deleted", 0); err != nil || !ok || o.At != 2 {
		s.Errorf("the group has %+v, %v", committed, err)
	}
	// A sink of the same name goes on where its group was.
	s.produce(s.T, "deleted", "c")
	config["file"] = s.file("deleted-2.out")
	arn, _ = s.run(s.input("deleted", config))
	s.awaitFile("deleted-2.out", "c\n")
	s.delete(arn)
}

// deleteTwice keeps the worker from ending until the second call was answered, where its
// process can be found.
func deleteTwice(s *stage) {
	arn, _ := s.run(s.source("twice"))
	_, id, _ := strings.Cut(*arn, ":connector/")
	pids := workerPIDs(s.file("control/fleet/" + strings.Replace(id, "/", "_", 1)))
	signal := func(signal os.Signal) {
		for _, pid := range pids {
			if p, err := os.FindProcess(pid); err != nil || p.Signal(signal) != nil {
				s.Errorf("signal %v to %d: %v", signal, pid, err)
			}
		}
	}
	signal(syscall.SIGSTOP)
	call := func() (*kafkaconnect.DeleteConnectorOutput, error) {
		return s.sdk.DeleteConnector(s.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: arn})
	}
	for range min(len(pids), 1) + 1 {
		if got, err := call(); err != nil || got.ConnectorState != types.ConnectorStateDeleting {
			s.Errorf("%+v, %v", got, err)
		}
	}
	signal(syscall.SIGCONT)
	s.awaitGone("connector", func() error { _, err := s.describe(arn); return err })
	_, err := call()
	refused[*types.NotFoundException](s, "deletion of what is gone", err)
}

func createAgain(s *stage) {
	in := s.source("again", "a", "b", "c")
	in.WorkerConfiguration = s.newWorkerConfiguration("again", converters+"offset.storage.topic=again-offsets\noffset.flush.interval.ms=1000\n")
	arn, _ := s.run(in)
	s.awaitValues("again", "a", "b", "c")
	s.delete(arn)
	if !slices.Contains(s.topics(s.T), "again-offsets") {
		s.Error("the topic of the offsets is gone")
	}
	s.appendLines(s.T, "again.txt", "d", "e")
	second, _ := s.run(in)
	if *second == *arn {
		s.Error("the new connector has the old one's ARN")
	}
	s.awaitValues("again", "a", "b", "c", "d", "e")
	s.delete(second)
}

func deleteResources(s *stage) {
	in := s.source("using")
	in.WorkerConfiguration = s.newWorkerConfiguration("used", converters)
	in.Plugins[0].CustomPlugin.CustomPluginArn = s.newPlugin("used")
	plugin, configuration := in.Plugins[0].CustomPlugin.CustomPluginArn, in.WorkerConfiguration.WorkerConfigurationArn
	deletePlugin := func() (*kafkaconnect.DeleteCustomPluginOutput, error) {
		return s.sdk.DeleteCustomPlugin(s.Context(), &kafkaconnect.DeleteCustomPluginInput{CustomPluginArn: plugin})
	}
	arn, _ := s.run(in)
	_, err := deletePlugin()
	refused[*types.BadRequestException](s, "plugin in use", err)
	s.delete(arn)
	if got, err := deletePlugin(); err != nil || got.CustomPluginState != types.CustomPluginStateDeleting {
		s.Errorf("plugin: %+v, %v", got, err)
	}
	s.awaitGone("plugin", func() error {
		_, err := s.sdk.DescribeCustomPlugin(s.Context(), &kafkaconnect.DescribeCustomPluginInput{CustomPluginArn: plugin})
		return err
	})
	got, err := s.sdk.DeleteWorkerConfiguration(s.Context(), &kafkaconnect.DeleteWorkerConfigurationInput{WorkerConfigurationArn: configuration})
	if err != nil || got.WorkerConfigurationState != types.WorkerConfigurationStateDeleting {
		s.Errorf("worker configuration: %+v, %v", got, err)
	}
	s.awaitGone("worker configuration", func() error {
		_, err := s.sdk.DescribeWorkerConfiguration(s.Context(), &kafkaconnect.DescribeWorkerConfigurationInput{WorkerConfigurationArn: configuration})
		return err
	})
}
