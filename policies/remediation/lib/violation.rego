package remediation.lib

# The shapes in which rules answer. Only the gate adds which object is meant.

# unsafe denies: nobody may do this, now or later.
unsafe(id, path, message) := {"id": id, "class": "Unsafe", "path": path, "message": message}

# deferred only waits until not_before, an RFC 3339 time, or for an unknown time if that is null.
deferred(id, path, message, not_before) := {
	"id": id,
	"class": "Deferred",
	"path": path,
	"message": message,
	"notBefore": not_before,
}

warning(id, path, message) := {"id": id, "path": path, "message": message}
