package remediation.lib

# field is one field of an object; null if it is absent, null, or if there is no such object. Kubernetes reads the three alike.
default field(_, _) := null

field(value, name) := value[name]

# at follows a list of field names; null as soon as one is absent.
default at(_, _) := null

at(value, path) := object.get(value, path, null) if is_object(value)

has(value, name) if field(value, name) != null

whole(value) if {
	is_number(value)
	floor(value) == value
}

# clip keeps what comes from manifests short in messages.
clip(value) := substring(value, 0, 120) if is_string(value)

clip(value) := substring(json.marshal(value), 0, 120) if not is_string(value)
