package remediation.lib

# setting is what a container's security context says, or else its pod's: the way in which Kubernetes reads the two.
setting(object, container, name) := own if {
	own := at(container, ["securityContext", name])
	own != null
} else := at(pod_spec(object), ["securityContext", name])
