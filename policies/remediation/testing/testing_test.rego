# What the tests of all packages build their objects from. Not part of the bundle.
package remediation.testing

kinds := {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"}

lists := {"containers", "initContainers", "ephemeralContainers"}

# workload is an object of that kind which runs that pod.
workload("Pod", pod) := {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod}

workload("CronJob", pod) := {
	"apiVersion": "batch/v1",
	"kind": "CronJob",
	"metadata": metadata,
	"spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}},
}

workload(kind, pod) := {
	"apiVersion": "apps/v1",
	"kind": kind,
	"metadata": metadata,
	"spec": {"replicas": 2, "template": {"spec": pod}},
} if {
	not kind in {"Pod", "CronJob"}
}

metadata := {"name": "checkout", "namespace": "shop"}

container := {
	"name": "app",
	"image": "registry.example.org:5000/shop/checkout:1.4.2",
	"resources": {"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
}

# with_container is a Deployment whose only container has these fields as well.
with_container(fields) := workload("Deployment", {"containers": [object.union(container, fields)]})

# with_pod is a Deployment whose pod has these fields as well.
with_pod(fields) := workload("Deployment", object.union({"containers": [container]}, fields))

# everywhere is one object for each kind and each list of containers, the last one with these fields.
everywhere(fields) := [workload(kind, pod) |
	some kind in kinds
	some list in lists
	pod := object.union({"containers": [container]}, {list: [
		container,
		object.union(container, object.union(fields, {"name": "second"})),
	]})
]

context := {
	"ref": {
		"cluster": "prod-1",
		"apiVersion": "apps/v1",
		"kind": "Deployment",
		"namespace": "shop",
		"name": "checkout",
		"op": "Update",
	},
	"cluster": "prod-1",
	"target": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "checkout"},
	"action": "setResources",
	"restores": false,
	"undoes": false,
	"norm": {},
}

with_ref(fields) := object.union(context, {"ref": object.union(context.ref, fields)})

restoring := object.union(context, {"action": "restoreField", "restores": true, "undoes": true})

# norm carries values in base units for the first container of a Deployment: {"limits/memory": [before, after]}.
norm(values) := object.union(context, {"norm": {pointer: entry |
	some name, pair in values
	pointer := concat("", ["/spec/template/spec/containers/0/resources/", name])
	entry := {"path": pointer, "before": pair[0], "after": pair[1], "unit": unit(name)}
}})

unit(name) := "millicores" if endswith(name, "/cpu")

unit(name) := "bytes" if not endswith(name, "/cpu")

resources(limits, requests) := {"resources": {"limits": limits, "requests": requests}}
