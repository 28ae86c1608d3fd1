"""UpdateService and boto3's own waiter, as scripts in Python have it. Exit code 0 when the waiter is content."""

import json
import sys

import boto3
from botocore.exceptions import WaiterError

job = json.loads(sys.argv[1])
ecs = boto3.client("ecs")
described = ecs.describe_task_definition(taskDefinition=job["family"])["taskDefinition"]
accepted = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
definition = {name: value for name, value in described.items() if name in accepted}
for container in definition["containerDefinitions"]:
    if container["name"] == job["container"]:
        container["image"] = job["image"]
        kept = [each for each in container.get("environment", []) if each["name"] != "VERSION"]
        container["environment"] = [*kept, {"name": "VERSION", "value": job["version"]}]
arn = ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
ecs.update_service(cluster=job["cluster"], service=job["service"], taskDefinition=arn)
try:
    waiter = ecs.get_waiter("services_stable")
    waiter.wait(cluster=job["cluster"], services=[job["service"]], **job["waiting"])
except WaiterError as error:
    sys.exit(str(error))
print("the waiter is content")
