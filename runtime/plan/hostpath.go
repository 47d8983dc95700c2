package plan

import (
	"slices"

	"github.com/minipod/minipod/runtime/translate"
)

// unchecked are the paths of the machine that the pod has yet to be set up
// with: they are looked at before its first container is made, as on a node.
func (w World) unchecked() []Op {
	if len(w.Containers) > 0 {
		return nil
	}
	var ops []Op
	for _, h := range w.Want.HostPaths() {
		op := Op{Kind: CheckPath, Target: h.Path, HostPath: &h}
		if !w.Checked[op.Key()] {
			ops = append(ops, op)
		}
	}
	return ops
}

// checkPaths has the paths be what their types say.
func (s *stepper) checkPaths() {
	for _, op := range s.w.unchecked() {
		s.State = Starting
		s.do(op)
	}
}

// stillUnchecked reports whether a check that failed is in the way.
func (w World) stillUnchecked(op Op) bool {
	return w.Want != nil && slices.ContainsFunc(w.unchecked(), func(o Op) bool { return o.Key() == op.Key() })
}

// Mounted reports whether the volumes of the pod are set up, as far as is
// known: a node makes no sandbox before they are. Once there are containers
// they have been.
func (w World) Mounted() bool {
	if w.Want == nil || len(w.Containers) > 0 {
		return true
	}
	if len(w.unfilled()) > 0 {
		return false
	}
	for _, f := range w.Faults {
		if f.Op.Kind == CheckPath && w.stillUnchecked(f.Op) {
			return false
		}
	}
	return !slices.ContainsFunc(w.Facts.Waits, func(t Told) bool { return t.Kind == CheckPath })
}

// held says why no container is made yet; empty where nothing is in the way.
func (w World) held() string {
	for _, v := range w.unfilled() {
		if !w.writing(v) {
			return "volume " + v.Name + " is not filled yet"
		}
	}
	if ops := w.unchecked(); len(ops) > 0 {
		return ops[0].Target + " is not checked yet"
	}
	return ""
}

// pathKey tells checks of one path apart by what it is to be.
func pathKey(h *translate.HostPath) string {
	return string(CheckPath) + " " + h.Path + " " + string(h.Type) + " of " + h.Volume
}
