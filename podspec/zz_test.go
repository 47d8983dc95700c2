package podspec
import ("testing";"os";"fmt";"path/filepath")
func TestZZ(t *testing.T){
 fs,_ := filepath.Glob(os.Getenv("ZZ"))
 for _, f := range fs { b,_ := os.ReadFile(f); os, err := Parse(filepath.Base(f), b); fmt.Println("==", filepath.Base(f), len(os)); if err != nil { fmt.Println(err) } }
}
