package remediation.boundary

import data.remediation.lib

# B07, seen from the repository: only files that the binding opens, none that runs something, and within the edit's budget.
b07_edit(files, policy) := ((((({lib.unsafe("B07", lib.clip(file.path), "the binding does not open this file") |
	some file in files
	not policy.pathAllowed[file.path] == true
} | {lib.unsafe("B07", lib.clip(file.path), "not a plain path inside the repository") |
	some file in files
	not plain(file.path)
}) | {lib.unsafe("B07", lib.clip(file.path), "files that steer automation are never edited") |
	some file in files
	steers(split(lower(file.path), "/"))
}) | {lib.unsafe("B07", lib.clip(file.path), "of a kustomization only images, replicas, patches and literals are edited") |
	some file in files
	is_kustomization(file.path)
	not only_open_sections(file, policy)
}) | {lib.unsafe("B07", "", message) |
	budget := min({policy.editBudget.files, data.remediation.limits.edit.files})
	count(files) > budget
	message := sprintf("%d files are more than %d", [count(files), budget])
}) | {lib.unsafe("B07", "", message) |
	budget := min({policy.editBudget.lines, data.remediation.limits.edit.lines})
	some side in ["added", "removed"]
	lines := sum([file[side] | some file in files])
	lines > budget
	message := sprintf("%d lines %s are more than %d", [lines, side, budget])
}) | {lib.unsafe("B07", "", "the plan edits no file") | count(files) == 0}

# No backslash, no control character, no empty, `.` or `..` segment, no leading slash: what is matched is what is written.
plain(path) if {
	regex.match(`^[^\\\x00-\x1f\x7f]+$`, path)
	every segment in split(path, "/") {
		not segment in {"", ".", ".."}
	}
}

is_kustomization(path) if {
	segments := split(lower(path), "/")
	segments[count(segments) - 1] in data.remediation.limits.kustomizations.names
}

# Whoever does not say which top-level fields differ may have changed any.
only_open_sections(file, policy) if {
	is_array(file.sections)
	count(file.sections) > 0
	every section in file.sections {
		open_section(section, policy)
	}
}

open_section(section, _) if section in data.remediation.limits.kustomizations.sections

# What a kustomization loads may be named again as it was, where what it names now cannot be built at all.
open_section(section, policy) if {
	lib.field(policy, "mends") == true
	section in data.remediation.limits.kustomizations.mended
}

# B07, where the base cannot be rendered: only a place that goes back to what an earlier commit says mends that.
b07_mended(_, null) := set()

b07_mended(plan, since) := {lib.unsafe("B07", "", "what cannot be rendered is only mended by going back to an earlier committed value") |
	not goes_back(plan)
} | {lib.unsafe("B07", "", "the last good state is no commit with namespaces") |
	not good_state(since)
} if is_object(since)

goes_back(plan) if {
	plan.action == "restoreField"
	plan.kind == "Repair"
	plan.unapplied == true
	plan.restoresEarlierValue == true
}

good_state(since) if {
	is_string(since.revision)
	is_array(since.namespaces)
}

# Files by which a repository runs something, renders something, or says who reviews.
steers(segments) if {
	some segment in segments
	segment in data.remediation.limits.protectedFiles.folders
}

steers(segments) if segments[count(segments) - 1] in data.remediation.limits.protectedFiles.names

steers(segments) if {
	some beginning in data.remediation.limits.protectedFiles.beginnings
	startswith(segments[count(segments) - 1], beginning)
}

steers(segments) if {
	some ending in data.remediation.limits.protectedFiles.endings
	endswith(segments[count(segments) - 1], ending)
}
