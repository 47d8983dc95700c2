package translate

import (
	"maps"
	"slices"
	"strconv"
)

// Attempt is the request of attempt n, made at a back-off step: the shape in
// Unit.Request with all in it that is known only now. It answers what is
// missing where something is.
func (u Unit) Attempt(in Inputs, n, backoff int) (*Request, *Missing) {
	r := u.Request
	config, host := *r.Config, *r.Host
	config.Labels = maps.Clone(config.Labels)
	config.Labels[LabelAttempt] = strconv.Itoa(n)
	config.Labels[LabelBackoff] = strconv.Itoa(backoff)
	if start := StartOf(u.pod); start > 0 {
		config.Labels[LabelStart] = strconv.Itoa(start)
	}
	r.Config, r.Host, r.Origins = &config, &host, slices.Clip(r.Origins)
	r.Name = ContainerName(u.pod, u.Name, n)
	env, missing := u.env(in)
	if missing != nil {
		return nil, missing
	}
	if missing = u.addParts(&r, in, env, n); missing != nil {
		return nil, missing
	}
	u.command(&r, env)
	u.imageUser(&r, in)
	u.oomScore(&r, in)
	return &r, nil
}

// Restarted is the request of an attempt before which its unit was restarted so
// often. It changes the request, which Attempt has made for this.
func (r *Request) Restarted(times int) {
	if times != AttemptOf(r.Config.Labels) {
		r.Config.Labels[LabelRestarts] = strconv.Itoa(times)
	}
}

// command maps env, command and args. Docker's entrypoint gets the first word
// only and its command the rest, as a command line would have it: what runs
// is the same, and a set entrypoint drops the image's own CMD.
func (u Unit) command(r *Request, env variables) {
	c := u.Container
	command, args := expandAll(c.Command, env), expandAll(c.Args, env)
	if len(command) > 0 {
		r.Config.Entrypoint = command[:1]
		args = append(command[1:len(command):len(command)], args...)
		r.from("Config.Entrypoint", u.Path+".command")
	}
	if len(args) > 0 {
		r.Config.Cmd = args
		r.from("Config.Cmd", argsFrom(u))
	}
	if len(env) > 0 {
		r.Config.Env = env.list()
		r.from("Config.Env", envFrom(u))
	}
}

func argsFrom(u Unit) string {
	switch {
	case len(u.Container.Command) < 2:
		return u.Path + ".args"
	case len(u.Container.Args) == 0:
		return u.Path + ".command"
	}
	return u.Path + ".command and .args"
}

func envFrom(u Unit) string {
	switch {
	case len(u.Container.Env)+len(u.Container.EnvFrom) == 0:
		return "services, as spec.enableServiceLinks says"
	case len(u.Container.EnvFrom) == 0:
		return u.Path + ".env"
	case len(u.Container.Env) == 0:
		return u.Path + ".envFrom"
	}
	return u.Path + ".envFrom and .env"
}
