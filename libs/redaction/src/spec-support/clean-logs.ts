/** Lines as components of a cluster write them, without a secret or a person in them. */
export const cleanLogs: readonly string[] = [
  '2026-01-05T09:14:02.123456789Z stderr F I0105 09:14:02.123456       1 leaderelection.go:258] successfully acquired lease kube-system/kube-scheduler',
  '2026-01-05 09:14:02.123 +0000 UTC m=+1234.567890123 starting',
  '10.0.0.7 - - [05/Jan/2026:09:14:02 +0000] "GET /api/v1/orders?page=2&sort=-created HTTP/1.1" 200 1534 "-" "kube-probe/1.30" 0.003',
  'pulled registry.test:5000/shop/checkout:v1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 in 1.23s (52428800 bytes)',
  'pod checkout-7d9f8c6b5-x2x4z uid 0b5c3f0e-7a1d-4d5e-9c1a-2f6f3f1c9e77 restarted 4 times, exit code 137, limit 64Mi, usage 67108864',
  'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'dd.trace_id=1234567890123456789 dd.span_id=987654321098765432', 'resourceVersion: "1767604442123456"', 'ts=1767604442.123456 caller=main.go:42 msg="listening" addr=[::]:9090',
  'ts=1767604442123 startTime=1767604442123456 observedGeneration=12', 'GC(12) Pause Young (Normal) 102M->34M(256M) 5.123ms', 'version v1.30.2+k3s1 and 1.2.3+20240115 and lodash@4.17.21 and pkg@1.2.3-rc.beta', 'fetch git@github.com:org/app.git at 3f2c1abf9e7d6c5b4a39281706f5e4d3c2b1a098',
  'unit getty@tty1.service entered failed state', '/var/lib/kubelet/pods/0b5c3f0e-7a1d-4d5e-9c1a-2f6f3f1c9e77/volumes/kubernetes.io~projected/kube-api-access-8xk2p', 'at com.example.shop.checkout.OrderServiceImpl$$EnhancerBySpringCGLIB.process(OrderServiceImpl.java:142)',
  'etag "33a64df551425fcc55e4d42a148795d9f25f89d4" md5 d41d8cd98f00b204e9800998ecf8427e', 'GET /search?q=a%20b%2Fc&next=%2Fhome 200', 'eth0: 02:42:ac:11:00:02 inet 172.17.0.2/16 fd00:10:244::5', '{"cpu":"250m","memory":"128Mi","ephemeral-storage":"2Gi","replicas":3,"ratio":0.9999}', 'message "aGVsbG8gd29ybGQsIHRoaXMgaXMgY2xlYW4=" decoded',
  'Back-off 5m0s restarting failed container=app pod=checkout-7d9f8c6b5-x2x4z_shop(0b5c3f0e-7a1d-4d5e-9c1a-2f6f3f1c9e77)', 'ORDER-2026-000123 shipped, 4398046511104 bytes, offset +12345678, delta -17', 'echo "" && x=\'\' && y="a" + "b"',
];
