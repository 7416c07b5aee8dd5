"""What people see of a run: terminal, figures, report folder, exports. Shapes and shows; decides no verdict."""
