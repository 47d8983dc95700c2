package diagnose

import (
	"time"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

// Evidence is what was seen of a pod beside its World.
type Evidence struct {
	Events event.Log
	// File is the manifest, of a pod that has not been run.
	File string
	// Kept tells that somebody keeps the pods of the engine.
	Kept bool
	// Answers are what was asked for.
	Answers map[Question]Answer
}

// Question is something to look at.
type Question struct {
	Kind Kind
	At   string // the ID of a container, the reference of an image or the name of a unit
	Name string // a path, a kind of probe
}

// Kind is what is looked at.
type Kind string

// The kinds of questions, with what answers them.
const (
	AskLog       Kind = "log"        // At a container: its last Lines, and their Times
	AskFile      Kind = "file"       // At a container, running or not: the File of that Name
	AskImageFile Kind = "image file" // At an image: the File of that Name
	AskEnv       Kind = "env"        // At a container: its environment as Lines
	AskImage     Kind = "image"      // At an image that the engine has: its Image
	AskImages    Kind = "images"     // the names of all images of the engine as Lines
	AskRegistry  Kind = "registry"   // At an image: whether its registry has it
	AskProbe     Kind = "probe"      // At a unit: its probe of that Name is run once
	AskSockets   Kind = "sockets"    // the Sockets of the pod that wait for others
	AskHolders   Kind = "holders"    // the Holders of those sockets
	AskPorts     Kind = "ports"      // the Ports that containers publish
	AskObjects   Kind = "objects"    // the ConfigMaps and Secrets of the pod, in Inputs
	AskHostPath  Kind = "host path"  // At a volume of the manifest: whether its path is not what its type says, in Failed and Text
	AskOOM       Kind = "oom"        // At a container: the Times at which a process of it was killed for its memory
	AskSignals   Kind = "signals"    // At a container that runs: what its first process does about Signals
	AskMachine   Kind = "machine"    // the architecture of the engine's machine, in Text
)

// Answer is what was seen. Only the fields of the question's Kind are set.
type Answer struct {
	Lines   []string
	Times   []time.Time
	File    File
	Image   Image
	Sockets []pause.Socket
	Holders []Holder
	Ports   []Published
	Inputs  translate.Inputs
	Signals Signals
	// Registry is what it said; Text its words, or those of a probe or a check
	// that has Failed.
	Registry Registry
	Text     string
	Failed   bool
	// Unknown says why the question could not be answered.
	Unknown string
}

// File is a file of a container or an image.
type File struct {
	There    bool
	Mode     uint32 // the permission bits
	UID, GID int
	Dir      bool
	Empty    bool   // a folder without anything in it
	Link     string // where it is, if its path is that of a symbolic link
	Head     []byte // its first bytes, at most HeadSize
}

// LogLines is how many lines of a log are read.
const LogLines = 20

// HeadSize is how much of a file is read.
const HeadSize = 4 << 10

// Image is what the configuration of an image says.
type Image struct {
	Entrypoint, Cmd, Env []string
	WorkingDir           string
	User                 string
	Architecture         string // as Go names it
}

// Signals is what a process does about signals: bit N-1 is that of signal N.
type Signals struct {
	Stop            string // which asks it to end; empty where it is SIGTERM
	Caught, Blocked uint64
}

// Holder is a unit that listens on a TCP port of the pod.
type Holder struct {
	Unit string
	Port int
}

// Published is a port of the machine that a running container has.
type Published struct {
	Container string // its Docker name
	Protocol  string
	IP        string
	Port      int
}

// Registry is what a registry says of an image.
type Registry string

// The answers of a registry.
const (
	RegistryHas     Registry = "has"
	RegistryHasNot  Registry = "has not"
	RegistryRefuses Registry = "refuses" // without other credentials
	RegistrySilent  Registry = "silent"  // it could not be reached
)
