package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/internal/msk/archive"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

const (
	stepFetch      = "fetch-file"
	stepInspect    = "inspect-file"
	stepRemoveFile = "remove-file"
)

const maxInventory = 4 << 20 // bytes of JSON

func (j *job) createPlugin() plan {
	var report archive.Report
	return plan{
		steps: []step{
			{name: stepFetch, changes: true, do: func(ctx context.Context) error { return tooLarge(j.fetch(ctx)) }},
			{name: stepInspect, do: func(ctx context.Context) (err error) {
				report, err = j.inspect(ctx)
				return tooLarge(err)
			}},
		},
		undo: []step{{name: stepRemoveFile, do: j.removeFile}},
		end: func(tx *store.Tx, o outcome) error {
			p, err := tx.Plugins().Find(j.op.Target)
			if err != nil {
				return err
			}
			p.Operation = ""
			if o.reason != nil {
				p.State, p.StateDescription = model.PluginCreateFailed, o.reason
				return tx.Plugins().Replace(p)
			}
			return j.activate(tx, p, report)
		},
	}
}

func (j *job) activate(tx *store.Tx, p store.Plugin, report archive.Report) (err error) {
	p.State, p.StateDescription = model.PluginActive, nil
	p.LatestRevision = &model.PluginRevision{
		ContentType: p.ContentType, CreationTime: model.Now(), Description: p.Description, Location: p.Location,
		File: model.FileDescription{MD5: report.MD5, Size: report.Size}, Revision: firstRevision,
	}
	p.File = filepath.Join(p.ARN.ID, j.fileName())
	if p.Inventory, err = json.Marshal(report); err != nil {
		return err
	}
	return tx.Plugins().Replace(p)
}

func (j *job) directory() string { return filepath.Join(j.e.settings.Plugins, j.plugin.ARN.ID) }

func (j *job) fileName() string {
	if j.plugin.ContentType == model.ContentJAR {
		return "plugin.jar"
	}
	return "plugin.zip"
}

// fetch copies the object to the directory of the plugin. Whatever an earlier attempt
// left is overwritten.
func (j *job) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Fetch)
	defer cancel()
	if err := os.MkdirAll(j.directory(), 0o700); err != nil {
		return fmt.Errorf("make the directory of the plugin: %w", err)
	}
	part := filepath.Join(j.directory(), "part")
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("make the file of the plugin: %w", err)
	}
	err = j.e.settings.Fetcher.Fetch(ctx, j.plugin.Location.S3, f, j.e.settings.MaxPlugin)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(j.directory(), j.fileName()))
}

// tooLarge makes a failure of a lack of space. To wait for it, with what is already there
// of a large file, would hinder all others.
func tooLarge(err error) error {
	if !noSpace(err) {
		return err
	}
	return Failed(model.ReasonUnknown, "the disk of the control plane has no space for the file of the plugin; free some, then create the plugin again")
}

func (j *job) inspect(ctx context.Context) (archive.Report, error) {
	f, err := os.Open(filepath.Join(j.directory(), j.fileName()))
	if err != nil {
		return archive.Report{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return archive.Report{}, err
	}
	report, err := archive.Inspect(ctx, f, info.Size(), archive.Settings{
		ContentType: archive.ContentType(j.plugin.ContentType), TempDir: j.directory(),
	})
	var refused *archive.Error
	if errors.As(err, &refused) {
		return report, &Failure{model.ReasonInvalidPluginFile, refused.Error(), err}
	}
	return trim(report), err
}

// trim leaves out of an inventory what would be too much to keep.
func trim(r archive.Report) archive.Report {
	if raw, err := json.Marshal(r); err == nil && len(raw) > maxInventory {
		r.Jars = nil
		r.Problems = append(r.Problems, "the list of JARs is too long to be kept")
		r.Plugins = r.Plugins[:min(len(r.Plugins), 1000)]
	}
	return r
}

func (j *job) removeFile(context.Context) error { return os.RemoveAll(j.directory()) }

func (j *job) deletePlugin() plan {
	return plan{
		steps:  []step{{name: stepRemoveFile, do: j.removeFile}},
		always: true,
		end:    func(tx *store.Tx, _ outcome) error { return tx.Plugins().Remove(j.op.Target) },
	}
}
