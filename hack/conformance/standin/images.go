package standin

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Images are the images the tests use, each after the one it builds on.
func Images() []Image {
	return []Image{
		{
			Name: "busybox:1.37.0-2",
			Config: []string{
				"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
				`CMD ["sh"]`,
			},
			fill: busybox,
		},
		{
			Name: "agnhost:2.66.1", From: "busybox:1.37.0-2",
			Config: []string{
				"EXPOSE 80 8080 8081 9376 5000",
				`ENTRYPOINT ["/agnhost"]`,
				`CMD ["pause"]`,
			},
			Pulled: true,
			fill:   agnhost,
		},
		{Name: "agnhost:2.55", From: "agnhost:2.66.1"},
		{Name: "pause:3.10.2", Config: []string{"USER 65535:65535", `ENTRYPOINT ["/pause"]`}, fill: pause},
		{Name: "nonroot:1.5", From: "busybox:1.37.0-2", Config: []string{"USER 1234"}},
		{Name: "nonewprivs:1.4", From: "busybox:1.37.0-2", Config: []string{`CMD ["nnp"]`}, fill: nonewprivs},
		{Name: "kitten:1.8", From: "agnhost:2.66.1", Config: []string{`CMD ["test-webserver"]`}, Pulled: true, fill: kitten},
		{Name: "ipc-utils:1.4", From: "busybox:1.37.0-2", fill: packages("util-linux", "util-linux-extra")},
		{Name: "glibc-dns-testing:2.1.1", From: "agnhost:2.66.1", fill: packages("bind9-dnsutils", "libc-bin")},
		{Name: "nginx:1.27.0-2", From: "busybox:1.37.0-2", Config: nginxConfig(), fill: nginx},
		{Name: "nginx:1.28.0-2", From: "nginx:1.27.0-2"},
	}
}

// busybox is a system of one program, with bash beside it for its shell's sake: see cmd/sh.
func busybox(ctx context.Context, layer *Layer, from Sources) error {
	layer.MergeUsr()
	for _, folder := range []string{"dev", "etc", "home", "proc", "root", "run", "sys", "usr/local/bin", "var"} {
		layer.Dir(folder, 0o755)
	}
	layer.Dir("tmp", 0o1777)
	if err := addPackages(ctx, layer, "busybox-static", "bash-static"); err != nil {
		return err
	}
	layer.Link("bin/bash", "bash-static")
	if err := applets(ctx, layer); err != nil {
		return err
	}
	layer.File("etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"))
	layer.File("etc/group", 0o644, []byte("root:x:0:\nnogroup:x:65534:\n"))
	return from.program(layer, "sh", "bin/sh", 0o755)
}

// applets links every name that busybox answers to.
func applets(ctx context.Context, layer *Layer) error {
	program, err := layer.Read("bin/busybox")
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "busybox")
	if err != nil {
		return fmt.Errorf("make room for busybox: %w", err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "busybox")
	if err := os.WriteFile(file, program, 0o700); err != nil {
		return fmt.Errorf("write busybox: %w", err)
	}
	names, err := exec.CommandContext(ctx, file, "--list").Output()
	if err != nil {
		return fmt.Errorf("ask busybox for its names: %w", err)
	}
	for name := range strings.FieldsSeq(string(names)) {
		if !layer.Has("bin/" + name) {
			layer.Link("bin/"+name, "busybox")
		}
	}
	return nil
}

// agnhost has a real curl and nc. Its shell is bash, because busybox's prefers its own nc.
func agnhost(ctx context.Context, layer *Layer, from Sources) error {
	if err := addPackages(ctx, layer, "curl", "netcat-openbsd"); err != nil {
		return err
	}
	layer.Link("bin/nc", "nc.openbsd")
	layer.Link("bin/sh", "bash")
	layer.Dir("uploads", 0o755)
	layer.Dir("home/user-defined-in-image", 0o755)
	layer.Link("agnhost-2", "agnhost")
	layer.File("etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"+
		"user-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n"))
	layer.File("etc/group", 0o644, []byte("root:x:0:\nnogroup:x:65534:\n"+
		"user-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n"))
	for _, name := range []string{"localhost.crt", "localhost.key"} {
		if err := from.copyFile(layer, "agnhost/porter/"+name, name); err != nil {
			return err
		}
	}
	if err := registry(ctx, layer, from); err != nil {
		return err
	}
	return from.program(layer, "agnhost", "agnhost", 0o755)
}

func pause(_ context.Context, layer *Layer, from Sources) error {
	return from.program(layer, "pause", "pause", 0o755)
}

func nonewprivs(_ context.Context, layer *Layer, from Sources) error {
	return from.program(layer, "nonewprivs", "usr/local/bin/nnp", 0o6755)
}

// kitten says of its system what a spec looks for in the image that it stands in for.
func kitten(_ context.Context, layer *Layer, from Sources) error {
	for _, name := range []string{"kitten.jpg", "data.json"} {
		if err := from.copyFile(layer, "kitten/html/"+name, name); err != nil {
			return err
		}
	}
	layer.File("etc/os-release", 0o644, []byte(`ID=minipod-stand-in
PRETTY_NAME="stands in for an image of Alpine Linux"
`))
	return nil
}

func nginxConfig() []string {
	return []string{"EXPOSE 80", `CMD ["nginx", "-g", "daemon off;"]`}
}

// nginx serves its own welcome page on port 80 and logs to the container's output.
func nginx(ctx context.Context, layer *Layer, _ Sources) error {
	if err := addPackages(ctx, layer, "nginx"); err != nil {
		return err
	}
	layer.Dir("var/log/nginx", 0o755)
	layer.Dir("var/lib/nginx", 0o755)
	layer.File("etc/nginx/nginx.conf", 0o644, []byte(`user root;
error_log /dev/stderr;
pid /run/nginx.pid;
events {}
http {
    include mime.types;
    access_log /dev/stdout;
    server {
        listen 80;
        root /usr/share/nginx/html;
    }
}
`))
	return nil
}

// packages fills a layer with Debian packages and nothing else.
func packages(names ...string) func(context.Context, *Layer, Sources) error {
	return func(ctx context.Context, layer *Layer, _ Sources) error {
		return addPackages(ctx, layer, names...)
	}
}

// program adds a built program to a layer.
func (s Sources) program(layer *Layer, name, as string, mode int64) error {
	data, err := os.ReadFile(filepath.Join(s.Programs, name))
	if err != nil {
		return fmt.Errorf("read program: %w", err)
	}
	layer.File(as, mode, data)
	return nil
}

// copyFile adds a file that Kubernetes keeps with its test images.
func (s Sources) copyFile(layer *Layer, name, as string) error {
	data, err := os.ReadFile(filepath.Join(s.Kubernetes, "test/images", name))
	if err != nil {
		return fmt.Errorf("read Kubernetes' file: %w", err)
	}
	layer.File(as, 0o644, data)
	return nil
}
