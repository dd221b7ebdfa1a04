# The entry for Conftest. `conftest test FILE…` judges each manifest by itself; with `--combine`, files below a folder `base` are what
# was and files below a folder `head` are what would be, so that a weakening is seen as well.
package main

import data.remediation.lib
import data.remediation.manifest

deny contains answer(pair, violation) if {
	some pair in pairs
	some violation in manifest.violations(pair.before, pair.after)
}

# A rule without an answer is a no.
deny contains {"msg": message, "id": "E01"} if {
	some pair in pairs
	not manifest.violations(pair.before, pair.after)
	message := sprintf("E01 %s: a rule gave no answer", [where(pair.after)])
}

warn contains answer(pair, note) if {
	some pair in pairs
	some note in manifest.notes(pair.before, pair.after)
}

answer(pair, violation) := {
	"msg": sprintf("%s %s#%s: %s", [violation.id, where(pair.after), violation.path, violation.message]),
	"id": violation.id,
}

where(object) := concat("/", [lib.clip(part) |
	some part in [lib.field(object, "kind"), lib.at(object, ["metadata", "namespace"]), lib.at(object, ["metadata", "name"])]
	part != null
])

pairs := [{"before": {}, "after": object} | some object in flat(input)] if not combined

pairs := [{"before": was(object), "after": object} |
	some object in objects("head")
] if {
	combined
}

# What --combine hands in: a list of files. A file of several documents is a list as well, but of objects.
combined if {
	is_array(input)
	every file in input {
		is_string(file.path)
	}
}

objects(folder) := [object |
	some file in input
	folder in split(file.path, "/")
	some object in flat(file.contents)
]

# A file of several documents is a list of them, and a List holds its items.
flat(contents) := [object | some document in contents; some object in items(document)] if is_array(contents)

flat(contents) := items(contents) if is_object(contents)

items(document) := document.items if {
	document.kind == "List"
} else := [document] if {
	is_object(document)
	document.kind
} else := []

default was(_) := {}

was(object) := found[0] if {
	found := [old |
		some old in objects("base")
		same(old, object)
	]
}

same(old, object) if {
	every path in [["apiVersion"], ["kind"], ["metadata", "namespace"], ["metadata", "name"]] {
		lib.at(old, path) == lib.at(object, path)
	}
}
