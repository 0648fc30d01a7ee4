from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import HISTORY
from deep_oversampling.storage import read_frame, write_table
from deep_oversampling.training.history import Epoch, history_frame


def test_history_is_rows_of_its_schema(tmp_path):
    history = [
        Epoch("autoencoder", 1, 1, {"reconstruction": 0.25}, seconds=4.0, images=100),
        Epoch("adversarial", 1, 2, {"generator": 3.5, "discriminator": 1.0}, seconds=2.0, images=100),
        Epoch("adversarial", 2, 2, {"generator": 2.5, "discriminator": 0.5}, seconds=0.5, images=100),
    ]
    frame = history_frame(history)
    assert list(frame.columns) == HISTORY.names
    path = tmp_path / "history.parquet"
    write_table(path, frame, HISTORY, Provenance("history"))
    assert [tuple(row) for row in read_frame(path, HISTORY).itertuples(index=False)] == [
        ("autoencoder", 1, "reconstruction", 0.25, 4.0, 25.0),
        ("adversarial", 1, "generator", 3.5, 2.0, 50.0),
        ("adversarial", 1, "discriminator", 1.0, 2.0, 50.0),
        ("adversarial", 2, "generator", 2.5, 0.5, 200.0),
        ("adversarial", 2, "discriminator", 0.5, 0.5, 200.0),
    ]
