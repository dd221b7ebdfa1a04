package remediation.lib

# Where each kind keeps the pod that it runs. Any other kind is looked at in the place that nearly all
# controllers use, so that a kind which a user adds to the allow-list is judged as well.
pod_paths := {
	"Pod": ["spec"],
	"PodTemplate": ["template", "spec"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

container_lists := ["containers", "initContainers", "ephemeralContainers"]

default pod_path(_) := ["spec", "template", "spec"]

pod_path(object) := pod_paths[object.kind]

# pod_spec is the one door to a pod: {} for what runs none.
default pod_spec(_) := {}

pod_spec(object) := spec if {
	spec := at(object, pod_path(object))
	is_object(spec)
}

# containers lists every container that a pod of this object runs, whatever its list.
containers(object) := [entry |
	spec := pod_spec(object)
	place := pointer(pod_path(object))
	some list in container_lists
	some index, container in field(spec, list)
	is_object(container)
	entry := {
		"list": list,
		"name": field(container, "name"),
		"container": container,
		"pointer": concat("", [place, pointer([list, index])]),
	}
]

# same_container is the container of that list and name, {} if there is none.
default same_container(_, _) := {}

same_container(object, entry) := found[0] if {
	found := [container |
		some container in field(pod_spec(object), entry.list)
		is_object(container)
		field(container, "name") == entry.name
	]
}
