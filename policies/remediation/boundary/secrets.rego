package remediation.boundary

import data.remediation.lib

# Kinds that hold a secret, or say where one comes from and to whom it goes.
secret_kinds := {
	"Secret", "SealedSecret", "SopsSecret",
	"ExternalSecret", "ClusterExternalSecret", "PushSecret",
	"SecretStore", "ClusterSecretStore", "SecretProviderClass",
	"VaultStaticSecret", "VaultDynamicSecret", "OnePasswordItem",
}

# B03: no Secret is edited, under whatever API version.
b03(_, _, ctx) := {lib.unsafe("B03", "/kind", message) |
	ctx.ref.kind in secret_kinds
	message := sprintf("a %s is never edited", [ctx.ref.kind])
}
