"""Drives the control plane with boto3: python boto3_test.py -v

The Go test that runs this starts the control plane and describes it in the environment.
"""

import base64
import datetime
import json
import os
import re
import time
import unittest

import boto3
import botocore.config
import botocore.exceptions

CONVERTERS = b"key.converter=org.apache.kafka.connect.storage.StringConverter\n" \
    b"value.converter=org.apache.kafka.connect.storage.StringConverter\n"
WINDOW = 60


def client(**more):
    made = boto3.client("kafkaconnect", config=botocore.config.Config(retries={"total_max_attempts": 1}), **more)
    made.meta.events.register("before-parse.kafkaconnect.*", check_answer)
    return made


def check_answer(operation_model, response_dict, **_):
    """Checks an answer before boto3 reads it, which overlooks a lot."""
    if response_dict["status_code"] == 200:
        check_shape(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)
    elif response_dict["status_code"] != 403:
        kind = response_dict["headers"]["x-amzn-errortype"]
        if kind not in [shape.name for shape in operation_model.error_shapes]:
            raise AssertionError(f"{operation_model.name}: the service model has no {kind}")
        if list(json.loads(response_dict["body"])) != ["message"]:
            raise AssertionError(f"{operation_model.name}: {response_dict['body']}")


def check_shape(shape, value, at):
    """Checks a value of an answer against the service model."""
    kind = {"structure": dict, "map": dict, "list": list, "string": str, "timestamp": str, "boolean": bool, "integer": int, "long": int}
    if type(value) is not kind[shape.type_name]:
        raise AssertionError(f"{at} is {value!r}")
    if shape.type_name == "structure":
        for name, member in value.items():
            if name not in shape.members:
                raise AssertionError(f"{at} has {name}, which the service model has not")
            check_shape(shape.members[name], member, f"{at}.{name}")
    elif shape.type_name == "map":
        for name, member in value.items():
            check_shape(shape.value, member, f"{at}.{name}")
    elif shape.type_name == "list":
        for element in value:
            check_shape(shape.member, element, at)
    elif shape.type_name == "timestamp" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value):
        raise AssertionError(f"{at} is {value}")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        raise AssertionError(f"{at} is {value}")


def wait(what, ask, want):
    """Asks until the answer is the one that is wanted."""
    deadline = time.monotonic() + WINDOW
    while True:
        got = ask()
        if got == want:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: still {got}, want {want}")
        time.sleep(0.02)


class Boto3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kc = client()
        made = cls.kc.create_custom_plugin(
            name="boto-plugin", contentType="ZIP",
            location={"s3Location": {"bucketArn": "arn:aws:s3:::" + os.environ["TEST_BUCKET"], "fileKey": os.environ["TEST_KEY"]}})
        cls.plugin = made["customPluginArn"]
        wait("plugin", lambda: cls.describe_plugin()["customPluginState"], "ACTIVE")

    @classmethod
    def describe_plugin(cls):
        return cls.kc.describe_custom_plugin(customPluginArn=cls.plugin)

    def path(self, name):
        return os.path.join(os.environ["TEST_DIR"], name + ".txt")

    def request(self, name, **more):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write("a\n")
        request = {
            "connectorName": name, "kafkaConnectVersion": "3.7.x",
            "connectorConfiguration": {
                "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
                "tasks.max": "1", "file": self.path(name), "topic": name, "note": "ü €",
            },
            "capacity": {"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}},
            "kafkaCluster": {"apacheKafkaCluster": {
                "bootstrapServers": os.environ["TEST_BOOTSTRAP"],
                "vpc": {"subnets": ["subnet-b", "subnet-a"], "securityGroups": ["sg-1"]}}},
            "kafkaClusterClientAuthentication": {"authenticationType": "NONE"},
            "kafkaClusterEncryptionInTransit": {"encryptionType": "PLAINTEXT"},
            "plugins": [{"customPlugin": {"customPluginArn": self.plugin, "revision": 1}}],
            "serviceExecutionRoleArn": "arn:aws:iam::123456789012:role/connect",
        }
        request.update(more)
        return request

    def state(self, arn):
        return self.kc.describe_connector(connectorArn=arn)["connectorState"]

    def create(self, name, **more):
        made = self.kc.create_connector(**self.request(name, **more))
        self.assertEqual("CREATING", made["connectorState"])
        wait(name, lambda: self.state(made["connectorArn"]), "RUNNING")
        return made["connectorArn"]

    def finish(self, started, want):
        """Waits for the operation that an answer names."""
        arn = started["connectorOperationArn"]
        ask = lambda: self.kc.describe_connector_operation(connectorOperationArn=arn)
        wait("operation", lambda: "endTime" in ask(), True)
        self.assertEqual(want, ask()["connectorOperationState"], ask())
        return ask()

    def delete(self, arn):
        self.assertEqual("DELETING", self.kc.delete_connector(connectorArn=arn)["connectorState"])
        wait("deletion", lambda: self.exists(arn), False)

    def exists(self, arn):
        try:
            self.kc.describe_connector(connectorArn=arn)
            return True
        except self.kc.exceptions.NotFoundException:
            return False

    def refused(self, kind, status, call, /, **arguments):
        with self.assertRaises(getattr(self.kc.exceptions, kind)) as caught:
            call(**arguments)
        answer = caught.exception.response
        self.assertEqual(kind, answer["Error"]["Code"])
        self.assertEqual(status, answer["ResponseMetadata"]["HTTPStatusCode"])
        self.assertTrue(answer["Error"]["Message"])
        self.assertTrue(answer["ResponseMetadata"]["RequestId"])

    def test_plugin(self):
        got = self.describe_plugin()
        revision = got["latestRevision"]
        self.assertEqual(os.environ["TEST_MD5"], revision["fileDescription"]["fileMd5"])
        self.assertEqual(os.environ["TEST_KEY"], revision["location"]["s3Location"]["fileKey"])
        self.assertEqual(datetime.timedelta(0), got["creationTime"].utcoffset())
        names = [p["name"] for page in self.kc.get_paginator("list_custom_plugins").paginate() for p in page["customPlugins"]]
        self.assertIn("boto-plugin", names)
        self.refused("ConflictException", 409, self.kc.create_custom_plugin, name="boto-plugin", contentType="ZIP", location=revision["location"])

    def test_worker_configuration(self):
        content = base64.b64encode(CONVERTERS).decode()
        made = self.kc.create_worker_configuration(name="boto-worker", propertiesFileContent=content, tags={"a": "1"})
        arn = made["workerConfigurationArn"]
        got = self.kc.describe_worker_configuration(workerConfigurationArn=arn)
        self.assertEqual(content, got["latestRevision"]["propertiesFileContent"])
        self.assertEqual({"a": "1"}, self.kc.list_tags_for_resource(resourceArn=arn)["tags"])
        self.refused("BadRequestException", 400, self.kc.create_worker_configuration, name="other", propertiesFileContent="?")
        self.assertEqual("DELETING", self.kc.delete_worker_configuration(workerConfigurationArn=arn)["workerConfigurationState"])
        self.refused("NotFoundException", 404, self.kc.describe_worker_configuration, workerConfigurationArn=arn)

    def test_connector(self):
        arn = self.create("boto-orders", tags={"env": "test"})
        got = self.kc.describe_connector(connectorArn=arn)
        request = self.request("boto-orders")
        for key in ["connectorConfiguration", "kafkaCluster", "plugins", "kafkaConnectVersion"]:
            self.assertEqual(request[key], got[key])
        self.assertEqual("IPV4", got["networkType"])
        self.assertNotIn("workerConfiguration", got)
        self.assertNotIn("stateDescription", got)

        target = dict(request["connectorConfiguration"], topic="boto-orders-2")
        update = lambda **change: self.kc.update_connector(connectorArn=arn, currentVersion=got["currentVersion"], **change)
        operation = self.finish(update(connectorConfiguration=target), "UPDATE_COMPLETE")
        self.assertEqual(target, operation["targetConnectorConfiguration"])
        self.assertEqual(["COMPLETED"] * 4, [s["stepState"] for s in operation["operationSteps"]])
        self.refused("BadRequestException", 400, update, connectorConfiguration=target)
        got = self.kc.describe_connector(connectorArn=arn)
        self.assertEqual(target, got["connectorConfiguration"])
        self.finish(update(capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 2}}), "UPDATE_COMPLETE")
        got = self.kc.describe_connector(connectorArn=arn)
        self.assertEqual(2, got["capacity"]["provisionedCapacity"]["workerCount"])

        pages = self.kc.get_paginator("list_connector_operations").paginate(connectorArn=arn, PaginationConfig={"PageSize": 1})
        kinds = [o["connectorOperationType"] for page in pages for o in page["connectorOperations"]]
        self.assertEqual(["UPDATE_WORKER_SETTING", "UPDATE_CONNECTOR_CONFIGURATION"], kinds)
        self.refused("BadRequestException", 400, self.kc.delete_custom_plugin, customPluginArn=self.plugin)
        self.refused("ConflictException", 409, self.kc.create_connector, **request)
        self.delete(arn)
        self.refused("NotFoundException", 404, self.kc.delete_connector, connectorArn=arn)

    def test_lifecycle(self):
        arn = self.create("boto-life")
        operation = self.finish(self.kc.restart_connector(connectorArn=arn), "RESTART_COMPLETE")
        self.assertEqual("RESTART_CONNECTOR", operation["connectorOperationType"])
        self.finish(self.kc.restart_connector(connectorArn=arn, onlyFailedTasks=True), "RESTART_COMPLETE")
        self.finish(self.kc.pause_connector(connectorArn=arn), "PAUSE_COMPLETE")
        self.assertEqual("PAUSED", self.state(arn))
        self.refused("BadRequestException", 400, self.kc.restart_connector, connectorArn=arn)
        version = self.kc.describe_connector(connectorArn=arn)["currentVersion"]
        capacity = {"provisionedCapacity": {"mcuCount": 2, "workerCount": 1}}
        self.refused("BadRequestException", 400, self.kc.update_connector, connectorArn=arn, currentVersion=version, capacity=capacity)
        self.finish(self.kc.update_connector(connectorArn=arn, currentVersion=version, capacity=capacity, skipHealthValidation=True), "UPDATE_COMPLETE")
        self.finish(self.kc.resume_connector(connectorArn=arn), "RESUME_COMPLETE")
        self.assertEqual("RUNNING", self.state(arn))
        self.delete(arn)

    def test_worker_setting(self):
        arn = self.create("boto-setting")
        made = self.kc.create_worker_configuration(name="boto-setting", propertiesFileContent=base64.b64encode(CONVERTERS).decode())
        reference = {"workerConfigurationArn": made["workerConfigurationArn"], "revision": 1}
        describe = lambda: self.kc.describe_connector(connectorArn=arn)
        update = lambda **change: self.finish(
            self.kc.update_connector(connectorArn=arn, currentVersion=describe()["currentVersion"], **change), "UPDATE_COMPLETE")
        operation = update(workerConfiguration=reference)
        self.assertEqual(reference, operation["targetWorkerSetting"]["workerConfiguration"])
        self.assertEqual(reference, describe()["workerConfiguration"])
        update(useDefaultWorkerConfiguration=True, plugins=[{"customPlugin": {"customPluginArn": self.plugin, "revision": 1}}])
        self.assertNotIn("workerConfiguration", describe())
        self.delete(arn)

    def test_pages(self):
        names = ["boto-page-2", "boto-page-1"]
        arns = [self.create(name) for name in names]
        pages = list(self.kc.get_paginator("list_connectors").paginate(connectorNamePrefix="boto-page", PaginationConfig={"PageSize": 1}))
        self.assertEqual(names, [c["connectorName"] for page in pages for c in page["connectors"]])
        self.assertEqual(2, len(pages))
        self.refused("BadRequestException", 400, self.kc.list_connectors, nextToken="garbage")
        for arn in arns:
            self.delete(arn)

    def test_tags(self):
        self.kc.tag_resource(resourceArn=self.plugin, tags={"a": "1", "b c": "é", "x/y&z=": ""})
        self.assertEqual({"a": "1", "b c": "é", "x/y&z=": ""}, self.kc.list_tags_for_resource(resourceArn=self.plugin)["tags"])
        self.kc.untag_resource(resourceArn=self.plugin, tagKeys=["a", "b c", "none"])
        self.assertEqual({"x/y&z=": ""}, self.kc.list_tags_for_resource(resourceArn=self.plugin)["tags"])
        self.refused("NotFoundException", 404, self.kc.tag_resource, resourceArn=self.plugin + "0", tags={"a": "1"})

    def test_invalid(self):
        bad = self.request("boto-bad")
        bad["capacity"]["provisionedCapacity"]["mcuCount"] = 3
        self.refused("BadRequestException", 400, self.kc.create_connector, **bad)
        bad = self.request("boto-bad")
        bad["plugins"][0]["customPlugin"]["customPluginArn"] += "0"
        self.refused("NotFoundException", 404, self.kc.create_connector, **bad)

    def test_credentials(self):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            client(aws_secret_access_key="other", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"]).list_connectors()
        self.assertEqual("InvalidSignatureException", caught.exception.response["Error"]["Code"])
        self.assertEqual(403, caught.exception.response["ResponseMetadata"]["HTTPStatusCode"])


if __name__ == "__main__":
    unittest.main()
