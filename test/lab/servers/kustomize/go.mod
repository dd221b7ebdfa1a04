module fleetmend.lab/kustomize

go 1.22.7

require sigs.k8s.io/kustomize/kustomize/v5 v5.7.1
require (
	github.com/google/go-cmp v0.6.0
	github.com/spf13/cobra v1.8.0
	github.com/spf13/pflag v1.0.6
	github.com/stretchr/testify v1.10.0
	golang.org/x/text v0.21.0
	sigs.k8s.io/kustomize/api v0.20.1
	sigs.k8s.io/kustomize/cmd/config v0.20.1
	sigs.k8s.io/kustomize/kyaml v0.20.1
	sigs.k8s.io/yaml v1.5.0
	github.com/blang/semver/v4 v4.0.0
	github.com/davecgh/go-spew v1.1.1
	github.com/go-errors/errors v1.4.2
	github.com/go-openapi/jsonpointer v0.21.0
	github.com/go-openapi/jsonreference v0.20.2
	github.com/go-openapi/swag v0.23.0
	github.com/google/gnostic-models v0.6.9
	github.com/inconshreveable/mousetrap v1.1.0
	github.com/josharian/intern v1.0.0
	github.com/mailru/easyjson v0.7.7
	github.com/monochromegane/go-gitignore v0.0.0-20200626010858-205db1a8cc00
	github.com/pkg/errors v0.9.1
	github.com/pmezard/go-difflib v1.0.0
	github.com/sergi/go-diff v1.2.0
	github.com/xlab/treeprint v1.2.0
	go.yaml.in/yaml/v2 v2.4.2
	go.yaml.in/yaml/v3 v3.0.3
	golang.org/x/sys v0.29.0
	google.golang.org/protobuf v1.36.1
	gopkg.in/evanphx/json-patch.v4 v4.12.0
	gopkg.in/inf.v0 v0.9.1
	gopkg.in/yaml.v3 v3.0.1
	k8s.io/kube-openapi v0.0.0-20241212222426-2c72e554b1e7
)


